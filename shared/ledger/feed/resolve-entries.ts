import { type EntityType, isEntityType } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import { chunk } from "#shared/platform/chunk.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import type { Change, SequencedEntry, WithheldReason } from "./change.ts";

/** An item of the events table: its canonical form with the digest, and its event, `null` if this release cannot read it. */
export type SequencedEvent = {
  readonly event: ActivityEvent | null;
  readonly canonical: string;
  readonly sha256: Uint8Array;
};

export type SequencedEventReader = {
  /** Reads the items of up to `maxBatchEntries` entries. Those that the table does not have are not in the result. */
  get(
    orgId: string,
    entries: readonly EventEntry[],
    isConsistent: boolean,
  ): Promise<ReadonlyMap<EventEntry, SequencedEvent>>;
};

/** Keys of one BatchGetItem. */
export const maxBatchEntries = 100;

const concurrentBatches = 8;

export type ResolvePorts = {
  readonly events: SequencedEventReader;
  readonly visibleEntityTypes: readonly EntityType[];
  /** Called with the changes whose events the table does not have, or has with other content. */
  report(orgId: string, changes: readonly Change[]): void;
};

/**
 * Returns the change of each entry, in order. The digest of an entry proves that the event is the one that was
 * sequenced. Events are read eventually consistent, and again consistently if they are not found.
 */
export async function resolveEntries(
  ports: ResolvePorts,
  orgId: string,
  entries: readonly SequencedEntry[],
): Promise<Change[]> {
  const visible: ReadonlySet<string> = new Set(ports.visibleEntityTypes);
  const shown = entries.flatMap(({ entry }) =>
    entry.kind === "event" && !isHidden(entry.entity_type, visible) ? [entry] : [],
  );
  const stored = await readStoredEvents(ports.events, orgId, shown);
  const changes = entries.map(({ sequence, sealed_at, entry }): Change => {
    if (entry.kind !== "event") return { sequence, sealed_at, activity: null, reason: "tampered" };
    if (isHidden(entry.entity_type, visible)) return { sequence, sealed_at, activity: null, reason: "hidden" };
    const result = evaluate(entry, stored.get(entry), visible);
    return typeof result === "string"
      ? { sequence, sealed_at, activity: null, reason: result }
      : { sequence, sealed_at, activity: result };
  });
  const withheld = changes.filter(({ reason }) => reason === "missing" || reason === "tampered");
  if (withheld.length > 0) ports.report(orgId, withheld);
  return changes;
}

/** Reads the events of entries, those that are not found again and consistently. Those that do not exist are left out. */
export async function readStoredEvents(
  events: SequencedEventReader,
  orgId: string,
  entries: readonly EventEntry[],
): Promise<ReadonlyMap<EventEntry, SequencedEvent>> {
  const found = await readBatches(events, orgId, entries, false);
  const absent = entries.filter((entry) => !found.has(entry));
  return new Map([...found, ...(await readBatches(events, orgId, absent, true))]);
}

/** Whether a kind is known and not shown. One that only a later release knows may be shown by that release. */
export function isHidden(type: string, visible: ReadonlySet<string>): boolean {
  return isEntityType(type) && !visible.has(type);
}

function evaluate(
  entry: EventEntry,
  stored: SequencedEvent | undefined,
  visible: ReadonlySet<string>,
): ActivityEvent | WithheldReason {
  if (stored === undefined) return "missing";
  if (!hasDigest(stored, entry.sha256)) return "tampered";
  if (stored.event === null) return "unreadable";
  // The digest does not cover the type of the entry.
  return visible.has(stored.event.entity_type) ? stored.event : "hidden";
}

/** Whether an event is the one that was sequenced. */
export function hasDigest({ sha256 }: SequencedEvent, digest: Uint8Array): boolean {
  return sha256.length === digest.length && sha256.every((byte, at) => byte === digest[at]);
}

async function readBatches(
  events: SequencedEventReader,
  orgId: string,
  entries: readonly EventEntry[],
  isConsistent: boolean,
): Promise<ReadonlyMap<EventEntry, SequencedEvent>> {
  const batches = chunk(entries, maxBatchEntries);
  const read = (batch: readonly EventEntry[]) => events.get(orgId, batch, isConsistent);
  const results = await mapWithConcurrency(batches, concurrentBatches, read);
  return new Map(results.flatMap((result) => [...result]));
}
