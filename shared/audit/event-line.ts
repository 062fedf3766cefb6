import { type Actor, actorName, parseActor } from "#shared/events/actor.ts";
import { writerSkewMs } from "#shared/events/clock-skew.ts";
import { actionVerb } from "#shared/events/entity-types.ts";
import type { ActivityEvent, JsonText } from "#shared/events/event.ts";
import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";
import { boundText } from "#shared/platform/text/bounded-text.ts";
import type { ZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { formatEdit } from "./format-edit.ts";
import { limitLine, maxFieldBytes } from "./limit-line.ts";
import type { EventLine } from "./line-types.ts";

/** The stream record of an event. */
export type EventRecordInfo = {
  /** When the table stored it, by DynamoDB's clock. The same in a retry. */
  readonly stored: Date;
  readonly sequenceNumber: string;
  readonly recordId: string;
  /** The event's shard, if readers do not read it. */
  readonly unlistedShard: string | null;
  /** When the line is written. */
  readonly now: Date;
};

const closingStatuses: ReadonlySet<string> = new Set(["PAID", "APPROVED"]);
const closingVerbs: ReadonlySet<string> = new Set(["PAID", "APPROVED"]);
const slotMs = 10 * 60_000;

/** Bytes of longer fields: the longest text of an event, and the names and values in 64 KB of changes. */
const maxTextBytes = 32_768;
const maxNamesBytes = 65_536;
const maxValuesBytes = 131_072;

const short = (text: string) => boundText(text, maxFieldBytes);

/** Returns the audit line of an event. `clock` is that of the organisation's time zone. */
export function toEventLine(event: ActivityEvent, clock: ZoneClock, recorded: EventRecordInfo): EventLine {
  const { stored, sequenceNumber, recordId, unlistedShard, now } = recorded;
  const occurred = Date.parse(event.occurred_at);
  const actor = parseActor(event);
  return {
    time: stored.toISOString(),
    message: "event",
    record_id: recordId,
    event_id: short(event.event_id),
    org_id: short(event.org_id),
    action: short(event.action),
    verb: short(actionVerb(event)),
    entity_type: event.entity_type,
    entity_id: short(event.entity_id),
    entity_ref: optional(event.entity_ref),
    actor_user_id: optional(event.actor_user_id),
    ...actorFields(actor),
    source: short(sourceOf(event)),
    occurred_at: short(event.occurred_at),
    recorded_at: short(event.recorded_at),
    // The table's time has whole seconds: an event of the same second must not have a negative delay.
    late_seconds: Math.max(0, Math.round((stored.getTime() - occurred) / 1_000)),
    lag_ms: Math.max(0, now.getTime() - stored.getTime()),
    clock_skew_seconds: skewSeconds(event, stored),
    unlisted_shard: optional(unlistedShard),
    ...localTimes(occurred, clock),
    ...changeFields(event, occurred, actor),
    contact_id: optional(event.contact_id),
    payment_status: event.payment_status ?? undefined,
    notify: event.notify ?? undefined,
    sequence_number: short(sequenceNumber),
    text: optional(event.text, maxTextBytes),
    information: optional(event.information, maxTextBytes),
    actor: event.actor ?? undefined,
    related: event.related ?? undefined,
    changes: event.changes ?? undefined,
    params: event.params ?? undefined,
    metadata: event.metadata,
  };
}

/** Formats a line as JSON, with the structured fields exactly as their writer wrote them. */
export function formatEventLine(line: EventLine): string {
  const { actor, related, changes, params, metadata, ...plain } = line;
  const structured = Object.entries({ actor, related, changes, params, metadata })
    .filter(([, json]) => json !== undefined)
    .map(([name, json]) => `,"${name}":${json}`);
  return limitLine(plain, `${JSON.stringify(plain).slice(0, -1)}${structured.join("")}}`);
}

/** Returns `undefined` for absent fields, which JSON omits: objects of one shape are created several times faster. */
function optional(text: string | null | undefined, maxBytes = maxFieldBytes): string | undefined {
  return text === null || text === undefined ? undefined : boundText(text, maxBytes);
}

function skewSeconds(event: ActivityEvent, stored: Date): number | undefined {
  const skewMs = writerSkewMs(event, stored);
  return skewMs === null ? undefined : Math.round(skewMs / 1_000);
}

function sourceOf({ metadata }: ActivityEvent): string {
  const context = parsed(metadata);
  return isJsonObject(context) && typeof context.source === "string" ? context.source : "unknown";
}

function actorFields({ name, email, type, on_behalf_of }: Actor): Partial<EventLine> {
  return {
    actor_name: optional(name ?? email),
    actor_type: type ?? undefined,
    on_behalf_of_user_id: optional(on_behalf_of?.user_id),
    on_behalf_of_name: optional(on_behalf_of?.name),
  };
}

/** Returns the fields of `occurred_at` in the time zone of the organisation. */
function localTimes(occurred: number, clock: ZoneClock) {
  const { text: local } = clock.local(occurred);
  return {
    occurred_local: local.slice(0, 19),
    occurred_hour: Number(local.slice(11, 13)),
    // Parsed as UTC, because `local` has no zone.
    occurred_weekday: new Date(`${local}Z`).getUTCDay() || 7,
    occurred_slot: new Date(Math.floor(occurred / slotMs) * slotMs).toISOString(),
  };
}

/** Returns what changed, and whether that closes or edits the entity. */
function changeFields(event: ActivityEvent, occurred: number, actor: Actor): Partial<EventLine> {
  const parsedChanges = parsed(event.changes);
  const changes = isJsonObject(parsedChanges) ? parsedChanges : {};
  const names = Object.keys(changes);
  const status = newStatus(changes);
  const verb = actionVerb(event);
  const closes = event.payment_status !== null || closingVerbs.has(verb) || closingStatuses.has(status ?? "");
  const edits = !closes && verb !== "CREATED" && (verb === "UPDATED" || names.some((field) => field !== "status"));
  return {
    changed_fields: names.length === 0 ? undefined : boundText(names.join(","), maxNamesBytes),
    changed_values: names.length === 0 ? undefined : optional(event.changes, maxValuesBytes),
    new_status: optional(status),
    closed_ms: closes ? occurred : undefined,
    edited_ms: edits ? occurred : undefined,
    edit: edits ? formatEdit(event.occurred_at, nameWithId(event, actor), changes) : undefined,
  };
}

/** Returns the name of the actor with the id, if it has both: `Anna (usr_9)`. */
function nameWithId(event: ActivityEvent, actor: Actor): string {
  const name = actorName(event, "system", actor);
  return event.actor_user_id === null || event.actor_user_id === name ? name : `${name} (${event.actor_user_id})`;
}

function newStatus({ status }: JsonObject): string | undefined {
  return isJsonObject(status) && typeof status.new === "string" ? status.new : undefined;
}

function parsed(text: JsonText | null): unknown {
  return text === null ? null : JSON.parse(text);
}
