import { type EntityType, isEntityType } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import { chunk } from "#shared/platform/chunk.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import type { Change, SequencedEntry, WithheldReason } from "./change.ts";

/** An item of the events table: the digest of its canonical form, and its event, `null` if this release cannot read it. */
export type SequencedEvent = { readonly event: ActivityEvent | null; readonly sha256: Uint8Array };

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
  const found = await readBatches(ports.events, orgId, shown, false);
  const absent = shown.filter((entry) => !found.has(entry));
  const foundLater = await readBatches(ports.events, orgId, absent, true);
  const changes = entries.map(({ sequence, sealed_at, entry }): Change => {
    if (entry.kind !== "event") return { sequence, sealed_at, activity: null, reason: "tampered" };
    if (isHidden(entry.entity_type, visible)) return { sequence, sealed_at, activity: null, reason: "hidden" };
    const result = evaluate(entry, found.get(entry) ?? foundLater.get(entry), visible);
    return typeof result === "string"
      ? { sequence, sealed_at, activity: null, reason: result }
      : { sequence, sealed_at, activity: result };
  });
  const withheld = changes.filter(({ reason }) => reason === "missing" || reason === "tampered");
  if (withheld.length > 0) ports.report(orgId, withheld);
  return changes;
}

/** Whether a kind is known and not shown. One that only a later release knows may be shown by that release. */
function isHidden(type: string, visible: ReadonlySet<string>): boolean {
  return isEntityType(type) && !visible.has(type);
}

function evaluate(
  entry: EventEntry,
  stored: SequencedEvent | undefined,
  visible: ReadonlySet<string>,
): ActivityEvent | WithheldReason {
  if (stored === undefined) return "missing";
  if (!isEqual(stored.sha256, entry.sha256)) return "tampered";
  if (stored.event === null) return "unreadable";
  // The digest does not cover the type of the entry.
  return visible.has(stored.event.entity_type) ? stored.event : "hidden";
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
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
