import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";

/** A document and the last event of it. */
export type RecentDocument = { readonly type: string; readonly id: string; readonly lastEvent: TimelineEvent };

/** Returns the documents of events, which are newest first, each once. */
export function listRecentDocuments(events: readonly TimelineEvent[]): readonly RecentDocument[] {
  const documents = new Map<string, RecentDocument>();
  for (const event of events) {
    const { type, id } = event.entity;
    const key = `${type}/${id}`;
    if (!documents.has(key)) documents.set(key, { type, id, lastEvent: event });
  }
  return [...documents.values()];
}
