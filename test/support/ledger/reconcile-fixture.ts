import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { parseEventOfAnyRelease } from "#shared/events/dynamodb/parse-event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import type { ReconcilePorts } from "#shared/ledger/reconcile/ports.ts";
import type { SequencerRecord } from "#shared/ledger/sequencer/ports.ts";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import { toEntry } from "#shared/ledger/sequencer/to-entry.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { anEvent, testNow } from "#test/support/builders.ts";
import { memoryClaims, memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryReconcileEvents, memoryRuns, type StoredItem } from "#test/support/memory/reconcile.ts";

export const hourMs = 3_600_000;

/** Returns a time before `testNow`. */
export const hoursAgo = (hours: number) => new Date(testNow.getTime() - hours * hourMs).toISOString();

/** Returns an event that was recorded so many hours ago. `number` makes it different from others. */
export function aRecordedEvent(number: number, hours: number, over: Partial<ActivityEvent> = {}): ActivityEvent {
  const time = hoursAgo(hours);
  const event_id = `evt_${number.toString(16).padStart(32, "0")}`;
  return anEvent({ event_id, occurred_at: time, recorded_at: time, ...over });
}

export function toStoredItem(event: ActivityEvent): StoredItem {
  return { orgId: event.org_id, key: event, item: toStringAttributes(toEventItem(event)) };
}

/** Returns the record of the stream for an event that was stored when its writer says. */
export function toRecord(event: ActivityEvent, sequenceNumber: number): SequencerRecord {
  const change = { operation: "INSERT", key: {}, old: null, new: toStoredItem(event).item, stored: null };
  return { sequenceNumber: BigInt(sequenceNumber), ...toEntry(change, parseEventOfAnyRelease) };
}

/** Creates an events table and a ledger in memory, with helpers. Time passes with each look at the clock. */
export function reconcileFixture(events: readonly ActivityEvent[], { pageSize = 1_000, msPerLook = 0 } = {}) {
  const items = events.map(toStoredItem);
  const ledger = memoryLedger();
  let ms = testNow.getTime();
  const ports: ReconcilePorts = {
    events: memoryReconcileEvents(() => items, pageSize),
    ledger,
    runs: memoryRuns(),
    parseEvent: parseEventOfAnyRelease,
    now() {
      ms += msPerLook;
      return new Date(ms);
    },
    waitAfterConflict: async () => undefined,
  };
  const chunksOf = (log: string): readonly Chunk[] => ledger.logs.get(log) ?? [];
  return {
    ports,
    items,
    chunksOf,
    idsOf: (log: string) =>
      chunksOf(log).flatMap(({ entries }) => entries.flatMap((one) => (one.kind === "event" ? [one.event_id] : []))),
    async sequence(sequenced: readonly ActivityEvent[]) {
      const sequencerPorts = { ...ports, claims: memoryClaims() };
      await sequenceBatch(
        "shardId-1",
        sequenced.map((event, at) => toRecord(event, at + 1)),
        sequencerPorts,
      );
    },
  };
}
