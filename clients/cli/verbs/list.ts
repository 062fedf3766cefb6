import { isJsonObject } from "../../../shared/events/json.ts";
import { type ApiAccess, type ListedEvent, readPage } from "../activity-api.ts";
import { CliError } from "../outcome.ts";
import type { Session } from "../session.ts";
import { type Column, type Style, table } from "../table.ts";
import { findTarget, type Target } from "../target.ts";
import { defineVerb, type Given } from "../verb.ts";

/** The API's name of each filter. */
const filters = {
  type: "entity_type",
  entity: "entity_id",
  actor: "actor_user_id",
  since: "since",
  until: "until",
  limit: "limit",
} as const;

export const list = defineVerb({
  name: "list",
  summary: "Shows events, newest first, as the API gives them. The local stack lends its demo token.",
  options: {
    type: { value: "TYPE", help: "only this kind of document, such as INVOICE" },
    entity: { value: "ID", help: "only this document" },
    actor: { value: "USER_ID", help: "only what this user did" },
    since: { value: "TIME", help: "ISO 8601, inclusive" },
    until: { value: "TIME", help: "ISO 8601, inclusive" },
    limit: { value: "N", help: "events in a page, 1 to 500" },
    all: { help: "every page, not only the first" },
    org: { value: "ORG", help: "the organisation, for a token of several" },
    token: { value: "TOKEN", help: "the token; better in ACTIVITY_TOKEN, where no process list shows it" },
  },
  async run(given, session) {
    const target = await findTarget(session.cwd, given.text("stack"));
    const access = accessOf(target, given, session);
    const query = new URLSearchParams();
    for (const name of ["type", "entity", "actor", "since", "until", "limit"] as const) {
      const value = given.text(name);
      if (value !== undefined) query.set(filters[name], value);
    }
    if (given.flag("all") && !query.has("limit")) query.set("limit", "500");
    const { events, more } = await readPages(access, `/api/public/v1/activity?${query}`, given.flag("all"), session);
    if (more) session.stderr.write("There is more: --all shows every page.\n");
    const text = events.length === 0 ? "No events." : table(shape, events, session.columns);
    return { json: { events, has_more: more }, text };
  },
});

function accessOf({ api, demo }: Target, given: Given<"token" | "org">, session: Session): ApiAccess {
  const token = given.text("token") ?? session.token;
  if (token !== undefined) return { api, token, org: given.text("org") };
  if (demo !== null) return { api, token: demo.token, org: given.text("org") ?? demo.org_id };
  throw new CliError("usage", "Reading takes a token: give it in ACTIVITY_TOKEN, or issue one with token create.");
}

async function readPages(access: ApiAccess, first: string, all: boolean, { sleep, stderr }: Session) {
  const events: ListedEvent[] = [];
  let path = first;
  for (;;) {
    const page = await readPage(access, path);
    if ("wait" in page) {
      if (!all) throw new CliError("failed", `The token has used up its rate: try again in ${page.wait} seconds.`);
      stderr.write(`The token has used up its rate: waiting for ${page.wait} seconds.\n`);
      await sleep(page.wait * 1000);
      continue;
    }
    events.push(...page.events);
    if (page.next === null || !all) return { events, more: page.next !== null };
    path = page.next;
  }
}

const shape: readonly Column<ListedEvent>[] = [
  { title: "WHEN (UTC)", cell: ({ occurred_at }) => occurred_at.slice(0, 19).replace("T", " "), style: () => "dim" },
  { title: "ACTION", cell: ({ action }) => action, style: actionStyle },
  { title: "DOCUMENT", cell: ({ entity_ref, entity_id }) => entity_ref ?? entity_id },
  { title: "BY", cell: ({ actor_user_id }) => actor_user_id ?? "system", style: () => "dim" },
  { title: "CHANGED", cell: changed },
];

function actionStyle({ action }: ListedEvent): Style {
  if (/_(DELETED|VOIDED|CANCELLED|DECLINED|REJECTED|FAILED)$/.test(action)) return "red";
  if (/_(PAID|APPROVED|ACCEPTED|RECEIVED)$/.test(action)) return "green";
  return "cyan";
}

function changed({ changes }: ListedEvent): string {
  if (!isJsonObject(changes)) return "";
  return Object.entries(changes)
    .map(([field, change]) => (isJsonObject(change) ? `${field}: ${shown(change.old)} → ${shown(change.new)}` : field))
    .join("; ");
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
