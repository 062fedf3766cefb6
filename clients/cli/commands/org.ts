import * as z from "zod";
import { defineCommand, type ParsedArgs } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { formatTable } from "#clients/cli/output.ts";
import { callAdmin } from "#clients/cli/stack/admin-client.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
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

/** The settings of an organisation. */
const settings = {
  name: { value: "NAME", help: "its display name; default its id" },
  slug: { value: "SLUG", help: "its name in URLs of the Fakturoid API: lower-case letters, digits and dashes" },
  "account-number": { value: "NUMBER", help: "its number in the SimplyBooks API; default its id" },
  "time-zone": { value: "ZONE", help: "time zone of both APIs, such as Europe/Prague; default UTC" },
  "robot-name": { value: "NAME", help: "display name for events without a user; default System" },
} as const;

const changes = {
  ...settings,
  shards: { value: "COUNT", help: `shards of its index: ${shardCounts.join(", ")}; can only be increased` },
} as const;

export const orgCreate = defineCommand({
  name: "org create",
  summary: "Creates an organisation, so that tokens can be issued for it.",
  examples: ['org create org_1 --name "Acme Traders" --time-zone Asia/Kolkata'],
  operands: ["ORG_ID"],
  options: settings,
  async run(args, context) {
    const stack = await resolveStack(context, args.text("stack"));
    const request = { action: "org.create" as const, org_id: args.operand("ORG_ID"), ...parseSettings(args) };
    const json = await callAdmin(stack, request, z.object({ org }));
    return { json, text: `Created ${json.org.org_id}. Next: token create --org ${json.org.org_id} --scope SCOPE` };
  },
});

export const orgUpdate = defineCommand({
  name: "org update",
  summary: "Changes the settings of an organisation. It takes effect within a minute.",
  examples: ["org update org_1 --slug acme", "org update org_1 --shards 4"],
  operands: ["ORG_ID"],
  options: changes,
  async run(args, context) {
    const shards = args.text("shards");
    const changed = { ...parseSettings(args), ...(shards === undefined ? {} : { shards: parseShardCount(shards) }) };
    if (Object.keys(changed).length === 0) {
      throw new CliError("usage", `Nothing to change. Give one of --${Object.keys(changes).join(", --")}.`);
    }
    const stack = await resolveStack(context, args.text("stack"));
    const request = { action: "org.update" as const, org_id: args.operand("ORG_ID"), ...changed };
    const json = await callAdmin(stack, request, z.object({ org }));
    const { org_id, shards: setting } = json.org;
    const raised = shards === undefined || setting === null ? "" : ` It has ${formatShards(setting)}.`;
    return { json, text: `Changed ${org_id}.${raised}` };
  },
});

export const orgSuspend = defineCommand({
  name: "org suspend",
  summary: "Stops all access to an organisation and its webhooks, within 20 seconds. Events are still stored.",
  examples: ["org suspend org_1"],
  operands: ["ORG_ID"],
  options: {},
  async run({ operand, text }, context) {
    const stack = await resolveStack(context, text("stack"));
    const request = { action: "org.suspend" as const, org_id: operand("ORG_ID") };
    const json = await callAdmin(stack, request, z.object({ org }));
    const { org_id, suspended_at } = json.org;
    return { json, text: `Suspended ${org_id} at ${suspended_at}. It takes effect within 20 seconds.` };
  },
});

export const orgResume = defineCommand({
  name: "org resume",
  summary: "Restores the access of a suspended organisation and its webhooks for new events.",
  examples: ["org resume org_1"],
  operands: ["ORG_ID"],
  options: {},
  async run({ operand, text }, context) {
    const stack = await resolveStack(context, text("stack"));
    const request = { action: "org.resume" as const, org_id: operand("ORG_ID") };
    const json = await callAdmin(stack, request, z.object({ org }));
    const next = "Missed deliveries are listed as failed. webhooks replay sends them.";
    return { json, text: `Resumed ${json.org.org_id}. ${next}` };
  },
});

export const orgList = defineCommand({
  name: "org list",
  summary: "Lists the organisations.",
  examples: ["org list", "org list --json"],
  options: {},
  async run({ text }, context) {
    const stack = await resolveStack(context, text("stack"));
    const json = await callAdmin(stack, { action: "org.list" }, z.object({ orgs: z.array(org) }));
    if (json.orgs.length === 0) return { json, text: "No organisations. Create one with org create ORG_ID." };
    const tableColumns = [
      { title: "ORG", cell: (row: Org) => row.org_id },
      { title: "SLUG", cell: (row: Org) => row.slug ?? "-" },
      { title: "NUMBER", cell: (row: Org) => row.account_number ?? "-" },
      { title: "STATE", cell: (row: Org) => (row.suspended_at === null ? "active" : "suspended") },
      { title: "ZONE", cell: (row: Org) => row.time_zone },
      { title: "SHARDS", cell: (row: Org) => (row.shards === null ? "1" : formatShards(row.shards)) },
      { title: "CREATED", cell: (row: Org) => row.created_at.slice(0, 10) },
      { title: "NAME", cell: (row: Org) => row.name },
    ];
    return { json, text: formatTable(tableColumns, json.orgs, context.columns) };
  },
});

function parseShardCount(text: string): ShardCount {
  const count = Number(text);
  if (isShardCount(count)) return count;
  throw new CliError("usage", `--shards must be one of ${shardCounts.join(", ")}.`);
}

function formatShards({ count, from }: NonNullable<Org["shards"]>): string {
  return `${count} from ${from}`;
}

function parseSettings({ text }: Pick<ParsedArgs<keyof typeof settings>, "text">) {
  const settingsByField = {
    name: text("name"),
    slug: text("slug"),
    account_number: text("account-number"),
    time_zone: text("time-zone"),
    robot_name: text("robot-name"),
  };
  return Object.fromEntries(Object.entries(settingsByField).filter(([, value]) => value !== undefined));
}
