import { orgIdPattern } from "#shared/events/limits.ts";
import type { Chunk } from "./chunk.ts";
import type { EventEntry } from "./entry.ts";

/** An event in the log of its organisation, as far as its entry describes it. */
export type SequencedEvent = Omit<EventEntry, "kind" | "sha256"> & {
  readonly org_id: string;
  /** The number of the event in the log: counts from 1. */
  readonly sequence: number;
  /** When the event got its number. */
  readonly sealed_at: string;
};

/** Returns the events of a chunk. A log that belongs to no organisation has none. */
export function toSequencedEvents(log: string, { first, entries, sealed_at }: Chunk): SequencedEvent[] {
  if (!orgIdPattern.test(log)) return [];
  return entries.flatMap((entry, at) => {
    if (entry.kind !== "event") return [];
    const { kind: _, sha256: __, ...event } = entry;
    return [{ ...event, org_id: log, sequence: first + at + 1, sealed_at }];
  });
}
