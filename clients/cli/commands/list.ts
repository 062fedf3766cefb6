import * as z from "zod";
import { readPages } from "#clients/cli/activity-api.ts";
import { accessOptions, findAccess } from "#clients/cli/api-credentials.ts";
import { defineVerb } from "#clients/cli/command.ts";
import { type Column, type Style, table } from "#clients/cli/table.ts";
import { moment } from "#clients/cli/time.ts";
import { readTimeRange, sinceOption, untilOption } from "#clients/cli/time-range.ts";
import { isJsonObject } from "#shared/events/text/json.ts";

/** Structured parts stay as they came: zod would copy them, and drop a key named `__proto__`. */
const listedEvent = z.looseObject({
  event_id: z.string(),
  action: z.string(),
  entity_type: z.string(),
  entity_id: z.string(),
  entity_ref: z.nullable(z.string()),
  actor_user_id: z.nullable(z.string()),
  changes: z.unknown(),
  metadata: z.unknown(),
  occurred_at: z.string(),
  /** Who acted, as of then. */
  actor: z.optional(
    z.looseObject({
      name: z.nullable(z.string()),
      on_behalf_of: z.nullable(z.looseObject({ user_id: z.string(), name: z.nullable(z.string()) })),
    }),
  ),
});

type ListedEvent = z.infer<typeof listedEvent>;

const page = z.object({ activity: z.array(listedEvent) });

/** The API's name of each filter. */
const filters = {
  type: "entity_type",
  entity: "entity_id",
  actor: "actor_user_id",
  action: "action",
  limit: "limit",
} as const;

export const list = defineVerb({
  name: "list",
  summary: "Shows events, newest first, as the API gives them. The local stack lends its demo token.",
  examples: ["list --type INVOICE --limit 50", "list --entity inv_8c3f1a9b --all --json"],
  options: {
    type: { value: "TYPE", help: "only this kind of document, such as INVOICE" },
    entity: { value: "ID", help: "only this document" },
    actor: { value: "USER_ID", help: "only what this user did" },
    action: { value: "ACTION", help: "only this action, such as INVOICE_PAID" },
    since: sinceOption,
    until: untilOption,
    limit: { value: "N", help: "events in a page, 1 to 500" },
    all: { help: "every page, not only the first" },
    ...accessOptions,
  },
  async run(given, session) {
    const query = new URLSearchParams({ include: "actor" });
    for (const name of ["type", "entity", "actor", "action", "limit"] as const) {
      const value = given.text(name);
      if (value !== undefined) query.set(filters[name], value);
    }
    const { since, until } = readTimeRange((option) => given.text(option), session.now());
    if (since !== null) query.set("since", since);
    if (until !== null) query.set("until", until);
    const access = await findAccess(given, session);
    const all = given.flag("all");
    if (all && !query.has("limit")) query.set("limit", "500");
    const { pages, more } = await readPages(access, `/api/public/v1/activity?${query}`, page, { all, session });
    const events = pages.flatMap(({ activity }) => activity);
    const text = events.length === 0 ? "No events." : table(shape, events, session.columns);
    return { json: { events, has_more: more }, text };
  },
});

const shape: readonly Column<ListedEvent>[] = [
  { title: "WHEN (UTC)", cell: ({ occurred_at }) => moment(occurred_at), style: () => "dim" },
  { title: "ACTION", cell: ({ action }) => action, style: actionStyle },
  { title: "DOCUMENT", cell: ({ entity_ref, entity_id }) => entity_ref ?? entity_id },
  { title: "BY", cell: actorCell, style: () => "dim" },
  { title: "CHANGED", cell: changed },
];

function actionStyle({ action }: ListedEvent): Style {
  if (/_(DELETED|VOIDED|CANCELLED|DECLINED|REJECTED|FAILED)$/.test(action)) return "red";
  if (/_(PAID|APPROVED|ACCEPTED|RECEIVED)$/.test(action)) return "green";
  return "cyan";
}

function actorCell({ actor, actor_user_id }: ListedEvent): string {
  const own = actor?.name ?? actor_user_id ?? "system";
  const principal = actor?.on_behalf_of ?? null;
  return principal === null ? own : `${principal.name ?? principal.user_id} (by ${own})`;
}

function changed({ changes }: ListedEvent): string {
  if (!isJsonObject(changes)) return "";
  return Object.entries(changes)
    .map(([field, change]) => (isJsonObject(change) ? `${field}: ${shown(change.old)} → ${shown(change.new)}` : field))
    .join("; ");
}

/** Texts as they are, but for the empty one, which would look like nothing. */
function shown(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
