import * as z from "zod";
import { type ApiCredentials, apiPath, callApi, fetchPages } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { formatTable, type TableColumn, type TextStyle } from "#clients/cli/output.ts";
import { formatTime, parseTimeRangeOptions, sinceOption, untilOption } from "#clients/cli/time-options.ts";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import type { Query } from "#clients/client/http/request.ts";
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
  /** The actor, with the name at the time of the event. */
  actor: z.optional(
    z.looseObject({
      name: z.nullable(z.string()),
      on_behalf_of: z.nullable(z.looseObject({ user_id: z.string(), name: z.nullable(z.string()) })),
    }),
  ),
});

type ListedEvent = z.infer<typeof listedEvent>;

const page = z.object({ activity: z.array(listedEvent) });

const activityPath = `${apiPath}/activity`;

export const list = defineCommand({
  name: "list",
  summary: "Lists events, newest first. Without a token, the demo token of the local stack is used.",
  examples: ["list --type INVOICE --limit 50", "list --entity inv_8c3f1a9b --all --json"],
  options: {
    type: { value: "TYPE", help: "only this type of document, such as INVOICE" },
    entity: { value: "ID", help: "only this document" },
    actor: { value: "USER_ID", help: "only events of this user" },
    action: { value: "ACTION", help: "only this action, such as INVOICE_PAID" },
    since: sinceOption,
    until: untilOption,
    limit: { value: "N", help: "events in a page, 1 to 500; default 100" },
    all: { help: "every page, not only the first" },
    ...credentialOptions,
  },
  async run(args, context) {
    const { since, until } = parseTimeRangeOptions((option) => args.text(option), context.now());
    const all = args.flag("all");
    const query = {
      include: "actor",
      entity_type: args.text("type"),
      entity_id: args.text("entity"),
      actor_user_id: args.text("actor"),
      action: args.text("action"),
      limit: args.text("limit") ?? (all ? "500" : undefined),
      since: since ?? undefined,
      until: until ?? undefined,
    };
    const credentials = await resolveCredentials(args, context);
    const { pages, more } = await fetchPages(credentials, { path: activityPath, query }, page, { all, context });
    const events = pages.flatMap(({ activity }) => activity);
    const json = { events, has_more: more };
    if (events.length > 0) return { json, text: formatTable(tableColumns(events), events, context.columns) };
    if (args.flag("json")) return { json, text: "No events." };
    const isLimited = since !== null || until !== null;
    const newest = isLimited ? await fetchNewestEventHint(credentials, query) : "";
    const idHint = newest === "" && query.entity_id !== undefined ? ` ${documentIdHint("entity")}` : "";
    return { json, text: `No events.${newest}${idHint}` };
  },
});

/** Returns a hint for users who gave the number of a document, by which nothing is found. */
export function documentIdHint(option: string): string {
  return `--${option} takes the id of a document, not its number. Ids are shown by list, in brackets or with --json.`;
}

/** Returns a hint at the newest event that the other filters match; nothing if the API has none or fails. */
async function fetchNewestEventHint(credentials: ApiCredentials, query: Query): Promise<string> {
  const newest = { ...query, since: undefined, until: undefined, limit: 1 };
  try {
    const { body } = await callApi(credentials, { path: activityPath, query: newest }, page);
    const [event] = body.activity;
    return event === undefined
      ? ""
      : ` The newest event outside this range is from ${formatTime(event.occurred_at)} UTC.`;
  } catch (error) {
    if (error instanceof CliError || error instanceof ActivityLogError) return "";
    throw error;
  }
}

const tableColumns = (events: readonly ListedEvent[]): TableColumn<ListedEvent>[] => [
  { title: "WHEN (UTC)", cell: ({ occurred_at }) => formatTime(occurred_at), style: () => "dim" },
  { title: "ACTION", cell: ({ action }) => action, style: actionStyle },
  { title: "DOCUMENT", cell: documentCell(events) },
  { title: "BY", cell: actorCell, style: () => "dim" },
  { title: "CHANGED", cell: changesCell },
];

/** Shows the reference of a document, with its id if another document in the list has the same reference. */
function documentCell(events: readonly ListedEvent[]): (event: ListedEvent) => string {
  const idsOf = new Map<string, Set<string>>();
  for (const { entity_ref, entity_id } of events) {
    if (entity_ref !== null) idsOf.set(entity_ref, (idsOf.get(entity_ref) ?? new Set()).add(entity_id));
  }
  return ({ entity_ref, entity_id }) => {
    if (entity_ref === null) return entity_id;
    return (idsOf.get(entity_ref)?.size ?? 0) > 1 ? `${entity_ref} (${entity_id})` : entity_ref;
  };
}

function actionStyle({ action }: ListedEvent): TextStyle {
  if (/_(DELETED|VOIDED|CANCELLED|DECLINED|REJECTED|FAILED)$/.test(action)) return "red";
  if (/_(PAID|APPROVED|ACCEPTED|RECEIVED)$/.test(action)) return "green";
  return "cyan";
}

function actorCell({ actor, actor_user_id }: ListedEvent): string {
  const own = actor?.name ?? actor_user_id ?? "system";
  const principal = actor?.on_behalf_of ?? null;
  return principal === null ? own : `${principal.name ?? principal.user_id} (by ${own})`;
}

function changesCell({ changes }: ListedEvent): string {
  if (!isJsonObject(changes)) return "";
  return Object.entries(changes)
    .map(([field, change]) =>
      isJsonObject(change) ? `${field}: ${valueText(change.old)} → ${valueText(change.new)}` : field,
    )
    .join("; ");
}

/** Texts as they are, but for the empty one, which would look like nothing. */
function valueText(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
