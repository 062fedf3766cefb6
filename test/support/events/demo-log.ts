import { generateQuarter } from "#infra/local/demo/generate-quarter.ts";
import { demoOrg, seedEvents } from "#infra/local/demo/seed-events.ts";
import { formatEventLine, toEventLine } from "#shared/audit/event-line.ts";
import { type RecordKey, toRecordId } from "#shared/audit/record-id.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { positionKey, timelineKey } from "#shared/platform/dynamodb/keys.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";

/** Returns the events of the demo, each written three seconds after it occurred. */
export function demoEvents(invoices: number): ActivityEvent[] {
  return [...seedEvents, ...generateQuarter(demoOrg.org_id, invoices, 2026)].map((input, at) => {
    const now = new Date(Date.parse(input.occurred_at) + 3_000);
    return parseEventValue(input, { now, entropy: `${at}` }).event;
  });
}

const clock = getZoneClock(demoOrg.time_zone);

/** Returns the audit line of an event that the table stored at `stored`. */
export function demoLine(event: ActivityEvent, stored: Date, sequenceNumber = "0", lagMs = 40): string {
  const recorded = { stored, sequenceNumber, recordId: toRecordId(keyOf(event)), unlistedShard: null };
  return formatEventLine(toEventLine(event, clock, { ...recorded, now: new Date(stored.getTime() + lagMs) }));
}

/** Returns the table key of an event. */
export function keyOf({ org_id, entity_id, occurred_at, event_id }: ActivityEvent): RecordKey {
  return { timeline: timelineKey(org_id, entity_id), position: positionKey(occurred_at, event_id) };
}

/** Returns the audit lines of the events. Every seventh is duplicated, as the stream may do. */
export function demoLines(events: readonly ActivityEvent[]): string[] {
  return events.flatMap((event, at) => {
    const lags = at % 7 === 0 ? [40, 9_000] : [40];
    return lags.map((lagMs) => demoLine(event, new Date(event.recorded_at), `${at}`, lagMs));
  });
}
