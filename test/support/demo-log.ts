import { quarter } from "../../infra/local/demo/quarter.ts";
import { demoOrg, seedEvents } from "../../infra/local/demo/seed-events.ts";
import { zoneClock } from "../../shared/dialects/zone-clock.ts";
import type { ActivityEvent } from "../../shared/events/event.ts";
import { readEvent } from "../../shared/events/read-event.ts";
import { eventLine, eventLineText } from "../../shared/review/event-line.ts";

/** The demo's events, as they are stored when each is written three seconds after it happened. */
export function demoEvents(invoices: number): ActivityEvent[] {
  return [...seedEvents, ...quarter(demoOrg.org_id, invoices, 2026)].map((input, at) => {
    const now = new Date(Date.parse(input.occurred_at) + 3_000);
    return readEvent(input, { now, entropy: `${at}` }).event;
  });
}

/** Their lines in the audit log. Every seventh was written twice, as the stream may have it. */
export function demoLines(events: readonly ActivityEvent[]): string[] {
  const clock = zoneClock(demoOrg.time_zone);
  return events.flatMap((event, at) => {
    const stored = new Date(event.recorded_at);
    const line = (lag: number) =>
      eventLineText(
        eventLine(event, clock, { stored, sequenceNumber: `${at}`, now: new Date(stored.getTime() + lag) }),
      );
    return at % 7 === 0 ? [line(40), line(9_000)] : [line(40)];
  });
}
