import { type DocumentEvent, parseDocumentEvent } from "#clients/console/document/history/document-event.ts";
import { anApiEvent } from "#test/unit/timeline/timeline-fixtures.ts";

/** Returns an event of an invoice at a minute, with changes as `{ field: [old, new] }`. Throws `Error` if it is not valid. */
export function anEventAt(
  minute: number,
  action: string,
  changes: Readonly<Record<string, readonly [unknown, unknown]>> = {},
): DocumentEvent {
  const event = parseDocumentEvent(
    anApiEvent({
      event_id: `evt_${minute}_${action}`,
      action,
      occurred_at: new Date(Date.UTC(2026, 4, 11, 8, minute)).toISOString(),
      changes: Object.fromEntries(Object.entries(changes).map(([field, [old, now]]) => [field, { old, new: now }])),
    }),
  );
  if (event === null) throw new Error("The event is invalid.");
  return event;
}
