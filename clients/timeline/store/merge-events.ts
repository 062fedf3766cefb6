import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";

/** Returns the events of both lists, each once, newest first. Events of the same time keep the order of the API. */
export function mergeEvents(
  newer: readonly TimelineEvent[],
  older: readonly TimelineEvent[],
): readonly TimelineEvent[] {
  const byId = new Map([...newer, ...older].map((event) => [event.id, event]));
  return [...byId.values()].sort((one, other) => other.occurredAtMs - one.occurredAtMs);
}

/** Returns the events of a page that are not in the list. */
export function findNewEvents(
  page: readonly TimelineEvent[],
  known: readonly TimelineEvent[],
): readonly TimelineEvent[] {
  const ids = new Set(known.map(({ id }) => id));
  return page.filter(({ id }) => !ids.has(id));
}
