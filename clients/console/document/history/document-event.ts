import { parseEvent } from "#clients/timeline/events/parse-event.ts";
import type { TimelineChange, TimelineEvent } from "#clients/timeline/events/timeline-event.ts";

/** An event with every change that was logged, also those that change nothing: they say what a value is. */
export type DocumentEvent = TimelineEvent;

/** Returns an event of a response, or `null` if it has no id or no time. */
export function parseDocumentEvent(value: unknown): DocumentEvent | null {
  const event = parseEvent(value);
  return event === null ? null : { ...event, changes: listChanges(value) };
}

function listChanges(event: unknown): readonly TimelineChange[] {
  if (!isObject(event) || !isObject(event.changes)) return [];
  return Object.entries(event.changes).flatMap(([field, change]) =>
    isObject(change) && ("old" in change || "new" in change)
      ? [{ field, old: change.old ?? null, new: change.new ?? null }]
      : [],
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
