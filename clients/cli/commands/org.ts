import * as z from "zod";
import { administer } from "#clients/cli/admin-client.ts";
import { defineVerb, type Given } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { findTarget } from "#clients/cli/stack.ts";
import { table } from "#clients/cli/table.ts";
import { isShardCount, type ShardCount, shardCounts } from "#shared/events/shards/shards.ts";

const org = z.object({
  org_id: z.string(),
  name: z.string(),
  slug: z.nullable(z.string()),
  account_number: z.nullable(z.string()),
  time_zone: z.string(),
  robot_name: z.string(),
  shards: z.nullable(z.object({ before: z.number(), count: z.number(), from: z.string() })),
  created_at: z.string(),
  suspended_at: z.nullable(z.string()),
});

type Org = z.infer<typeof org>;

/** What an organisation may be told to be. */
const settings = {
  name: { value: "NAME", help: "what people call it; the id when left out" },
  slug: { value: "SLUG", help: "its name in URLs of the Fakturoid API: lower-case letters, digits and dashes" },
  "account-number": { value: "NUMBER", help: "its number in the SimplyBooks API; the id when left out" },
  "time-zone": { value: "ZONE", help: "the zone that both show times in, such as Europe/Prague; UTC when left out" },
  "robot-name": { value: "NAME", help: "who did what no user did; System when left out" },
} as const;

const changes = {
  ...settings,
  shards: { value: "COUNT", help: `shards of its index keys: ${shardCounts.join(", ")}; can only be raised` },
} as const;

export const orgCreate = defineVerb({
  name: "org create",
  summary: "Makes an organisation known, so that tokens can be issued for it.",
  examples: ['org create org_1 --name "Acme Traders" --time-zone Asia/Kolkata'],
  operands: ["ORG_ID"],
  options: settings,
  async run(given, { cwd }) {
    const target = await findTarget(cwd, given.text("stack"));
    const request = { action: "org.create" as const, org_id: given.operand("ORG_ID"), ...toldSettings(given) };
    const json = await administer(target, request, z.object({ org }));
    return { json, text: `Created ${json.org.org_id}. Next: token create --org ${json.org.org_id} --scope SCOPE` };
  },
});

export const orgUpdate = defineVerb({
  name: "org update",
  summary: "Changes what is known of an organisation. Functions follow within a minute.",
  examples: ["org update org_1 --slug acme", "org update org_1 --shards 4"],
  operands: ["ORG_ID"],
  options: changes,
  async run(given, { cwd }) {
    const shards = given.text("shards");
    const told = { ...toldSettings(given), ...(shards === undefined ? {} : { shards: parseShardCount(shards) }) };
    if (Object.keys(told).length === 0) {
      throw new CliError("usage", `Say what to change: --${Object.keys(changes).join(", --")}.`);
    }
    const target = await findTarget(cwd, given.text("stack"));
    const request = { action: "org.update" as const, org_id: given.operand("ORG_ID"), ...told };
    const json = await administer(target, request, z.object({ org }));
    const { org_id, shards: setting } = json.org;
    const raised = shards === undefined || setting === null ? "" : ` It has ${shardsText(setting)}.`;
    return { json, text: `Changed ${org_id}.${raised}` };
  },
});

export const orgSuspend = defineVerb({
  name: "org suspend",
  summary:
    "Ends all access to an organisation within 20 seconds, and sends nothing of it. Events are stored as before.",
  examples: ["org suspend org_1"],
  operands: ["ORG_ID"],
  options: {},
  async run({ operand, text }, { cwd }) {
    const target = await findTarget(cwd, text("stack"));
    const request = { action: "org.suspend" as const, org_id: operand("ORG_ID") };
    const json = await administer(target, request, z.object({ org }));
    const { org_id, suspended_at } = json.org;
    return { json, text: `Suspended ${org_id} at ${suspended_at}. It holds everywhere after 20 seconds.` };
  },
});

export const orgResume = defineVerb({
  name: "org resume",
  summary: "Lets a suspended organisation in again, and sends what comes from now on.",
  examples: ["org resume org_1"],
  operands: ["ORG_ID"],
  options: {},
  async run({ operand, text }, { cwd }) {
    const target = await findTarget(cwd, text("stack"));
    const request = { action: "org.resume" as const, org_id: operand("ORG_ID") };
    const json = await administer(target, request, z.object({ org }));
    const next = "What webhooks missed is listed as failed: webhooks replay sends it.";
    return { json, text: `Resumed ${json.org.org_id}. ${next}` };
  },
});

export const orgList = defineVerb({
  name: "org list",
  summary: "Lists the organisations.",
  examples: ["org list", "org list --json"],
  options: {},
  async run({ text }, { cwd, columns }) {
    const target = await findTarget(cwd, text("stack"));
    const json = await administer(target, { action: "org.list" }, z.object({ orgs: z.array(org) }));
    if (json.orgs.length === 0) return { json, text: "There is no organisation yet: org create ORG_ID makes one." };
    const shape = [
      { title: "ORG", cell: (row: Org) => row.org_id },
      { title: "SLUG", cell: (row: Org) => row.slug ?? "-" },
      { title: "NUMBER", cell: (row: Org) => row.account_number ?? "-" },
      { title: "STATE", cell: (row: Org) => (row.suspended_at === null ? "active" : "suspended") },
      { title: "ZONE", cell: (row: Org) => row.time_zone },
      { title: "SHARDS", cell: (row: Org) => (row.shards === null ? "1" : shardsText(row.shards)) },
      { title: "CREATED", cell: (row: Org) => row.created_at.slice(0, 10) },
      { title: "NAME", cell: (row: Org) => row.name },
    ];
    return { json, text: table(shape, json.orgs, columns) };
  },
});

function parseShardCount(text: string): ShardCount {
  const count = Number(text);
  if (isShardCount(count)) return count;
  throw new CliError("usage", `--shards must be one of ${shardCounts.join(", ")}.`);
}

function shardsText({ count, from }: NonNullable<Org["shards"]>): string {
  return `${count} from ${from}`;
}

function toldSettings({ text }: Pick<Given<keyof typeof settings>, "text">) {
  const told = {
    name: text("name"),
    slug: text("slug"),
    account_number: text("account-number"),
    time_zone: text("time-zone"),
    robot_name: text("robot-name"),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}
