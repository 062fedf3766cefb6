import type { ZoneClock } from "../dialects/zone-clock.ts";
import { writerSkewMs } from "../events/clock-skew.ts";
import type { ActivityEvent, JsonText } from "../events/event.ts";
import { isJsonObject, type JsonObject } from "../events/json.ts";
import { actionVerb } from "../events/vocabulary.ts";
import type { EventLine } from "./lines.ts";

/** What is known of the record that told of an event. */
export type Recorded = {
  /** When the table took it, by DynamoDB's own clock: a repeat has the same. */
  readonly stored: Date;
  readonly sequenceNumber: string;
  /** The event's shard, if readers do not look at it. */
  readonly unlistedShard: string | null;
  /** When the line is written. */
  readonly now: Date;
};

const closingStatuses: ReadonlySet<string> = new Set(["PAID", "APPROVED"]);
const closingVerbs: ReadonlySet<string> = new Set(["PAID", "APPROVED"]);
const slotMs = 10 * 60_000;

/** The audit line of an event. `clock` is the clock of the organisation's time zone. */
export function eventLine(
  event: ActivityEvent,
  clock: ZoneClock,
  { stored, sequenceNumber, unlistedShard, now }: Recorded,
): EventLine {
  const occurred = Date.parse(event.occurred_at);
  const skewMs = writerSkewMs(event, stored);
  const { text: local } = clock.local(occurred);
  const changes = parsed(event.changes);
  const changed = isJsonObject(changes) ? Object.keys(changes) : [];
  const status = isJsonObject(changes) ? newStatus(changes) : undefined;
  const verb = actionVerb(event);
  const closes = event.settled !== null || closingVerbs.has(verb) || closingStatuses.has(status ?? "");
  const edits = !closes && verb !== "CREATED" && (verb === "UPDATED" || changed.some((field) => field !== "status"));
  const metadata = parsed(event.metadata);
  return {
    time: stored.toISOString(),
    message: "event",
    event_id: event.event_id,
    org_id: event.org_id,
    action: event.action,
    verb,
    entity_type: event.entity_type,
    entity_id: event.entity_id,
    entity_ref: event.entity_ref ?? undefined,
    actor_user_id: event.actor_user_id ?? undefined,
    source: isJsonObject(metadata) && typeof metadata.source === "string" ? metadata.source : "unknown",
    occurred_at: event.occurred_at,
    recorded_at: event.recorded_at,
    // The table's time has whole seconds: an event of the same second must not seem to lie ahead.
    late_seconds: Math.max(0, Math.round((stored.getTime() - occurred) / 1_000)),
    lag_ms: Math.max(0, now.getTime() - stored.getTime()),
    clock_skew_seconds: skewMs === null ? undefined : Math.round(skewMs / 1_000),
    unlisted_shard: unlistedShard ?? undefined,
    occurred_local: local.slice(0, 19),
    occurred_hour: Number(local.slice(11, 13)),
    // The day as if it were in UTC: `local` has no zone of its own.
    occurred_weekday: new Date(`${local}Z`).getUTCDay() || 7,
    occurred_slot: new Date(Math.floor(occurred / slotMs) * slotMs).toISOString(),
    changed_fields: changed.length === 0 ? undefined : changed.join(","),
    new_status: status,
    closed_ms: closes ? occurred : undefined,
    edited_ms: edits ? occurred : undefined,
    contact_id: event.contact_id ?? undefined,
    settled: event.settled ?? undefined,
    notify: event.notify ?? undefined,
    sequence_number: sequenceNumber,
    text: event.text ?? undefined,
    information: event.information ?? undefined,
    actor: event.actor ?? undefined,
    related: event.related ?? undefined,
    changes: event.changes ?? undefined,
    params: event.params ?? undefined,
    metadata: event.metadata,
  };
}

/** The text of a line: JSON, in which the structured parts are what their writer wrote, digit for digit. */
export function eventLineText({ actor, related, changes, params, metadata, ...plain }: EventLine): string {
  const structured = Object.entries({ actor, related, changes, params, metadata })
    .filter(([, json]) => json !== undefined)
    .map(([name, json]) => `,"${name}":${json}`);
  return `${JSON.stringify(plain).slice(0, -1)}${structured.join("")}}`;
}

function newStatus({ status }: JsonObject): string | undefined {
  return isJsonObject(status) && typeof status.new === "string" ? status.new : undefined;
}

function parsed(text: JsonText | null): unknown {
  return text === null ? null : JSON.parse(text);
}
