import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";

export type DayGroup = { readonly day: string; readonly events: readonly TimelineEvent[] };

/** Groups events, which are in the order of time, by their day. */
export function groupByDay(events: readonly TimelineEvent[], toDay: (timeMs: number) => string): readonly DayGroup[] {
  const groups = new Map<string, TimelineEvent[]>();
  for (const event of events) {
    const day = toDay(event.occurredAtMs);
    const group = groups.get(day);
    if (group === undefined) groups.set(day, [event]);
    else group.push(event);
  }
  return [...groups].map(([day, grouped]) => ({ day, events: grouped }));
}
