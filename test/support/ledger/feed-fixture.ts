import { createHash } from "node:crypto";
import { documentTypes } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventEntry, LedgerEntry } from "#shared/ledger/entry.ts";
import type { Change } from "#shared/ledger/feed/change.ts";
import type { ListChangesPorts } from "#shared/ledger/feed/list-changes.ts";
import type { SequencedEvent, SequencedEventReader } from "#shared/ledger/feed/resolve-entries.ts";
import { nextChunk, roomAfter } from "#shared/ledger/sequencer/next-chunk.ts";
import { anEvent, testNow } from "#test/support/builders.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { testSource } from "./entries.ts";

const org_id = "org_8f9a1c2d";

/** Creates the log of an organisation in memory, the events table beside it, and the ports of its change feed. */
export function feedFixture() {
  const ledger = memoryLedger();
  const items = new Map<string, SequencedEvent>();
  /** Events that an eventually consistent read does not find yet. */
  const unseen = new Set<string>();
  const reads: { readonly size: number; readonly isConsistent: boolean }[] = [];
  const reported: Change[] = [];
  const events: SequencedEventReader = {
    async get(orgId, entries, isConsistent) {
      reads.push({ size: entries.length, isConsistent });
      const found = entries.flatMap((entry): (readonly [EventEntry, SequencedEvent])[] => {
        const item =
          orgId === org_id && (isConsistent || !unseen.has(entry.event_id)) ? items.get(entry.event_id) : undefined;
        return item === undefined ? [] : [[entry, item]];
      });
      return new Map(found);
    },
  };
  const ports: ListChangesPorts = {
    ledger,
    events,
    visibleEntityTypes: documentTypes,
    report: (_, changes) => void reported.push(...changes),
  };

  /** Appends entries to the log, in chunks of at most `chunkSize`. */
  async function append(entries: readonly LedgerEntry[], chunkSize = 256): Promise<void> {
    let rest = entries;
    while (rest.length > 0) {
      const head = await ledger.getNewestChunk(org_id);
      const part = rest.slice(0, Math.min(chunkSize, roomAfter(head)));
      const { chunk, tileRoots } = nextChunk(head, part, { now: testNow, source: testSource });
      await ledger.put(org_id, chunk, tileRoots);
      rest = rest.slice(part.length);
    }
  }

  /** Stores an event in the table, and returns its entry. */
  function store(event: ActivityEvent): EventEntry {
    const { event_id, entity_id, entity_type, action, occurred_at, recorded_at } = event;
    const digest = Uint8Array.from(createHash("sha256").update(event_id).digest());
    items.set(event_id, { event, canonical: event_id, sha256: digest });
    const key = { event_id, entity_id, entity_type, action, occurred_at, recorded_at };
    return { kind: "event", ...key, notifies: true, sha256: digest };
  }

  let stored = 0;
  const storeEvents = (count: number, over: Partial<ActivityEvent> = {}) =>
    Array.from({ length: count }, () => {
      const event_id = `evt_${String(stored++).padStart(32, "0")}`;
      return store(anEvent({ org_id, event_id, ...over }));
    });

  return { org_id, ledger, items, unseen, reads, reported, ports, append, store, storeEvents };
}

/** A budget that no page of a test uses up. */
export const unlimited = { bytes: Number.MAX_SAFE_INTEGER, of: () => 1 };
