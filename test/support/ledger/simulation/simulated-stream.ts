import type { Random } from "#infra/local/demo/random.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { parseEventOfAnyRelease } from "#shared/events/dynamodb/parse-event-item.ts";
import { unknownOrgLog } from "#shared/ledger/chunk.ts";
import type { SequencerRecord } from "#shared/ledger/sequencer/ports.ts";
import { toEntry } from "#shared/ledger/sequencer/to-entry.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { anEvent } from "#test/support/builders.ts";
import { anEventEntry } from "#test/support/ledger/entries.ts";
import type { StoredItem } from "#test/support/memory/reconcile.ts";

/** A record, and what it says of the order of commits. */
export type CommittedRecord = SequencerRecord & {
  readonly shard: string;
  readonly document: string;
  /** Position in the order of all commits. */
  readonly commit: number;
  /** The event in the table; `null` for a change that is not an added event of an organisation. */
  readonly stored: StoredItem | null;
};

export type SimulatedShard = {
  readonly id: string;
  /** The shard that was split into this one, and another one. */
  readonly parent: string | null;
  readonly records: CommittedRecord[];
};

type Document = { readonly name: string; readonly log: string };

/** A shard that takes commits, with the documents of which it takes them. */
type OpenShard = { readonly shard: SimulatedShard; readonly documents: readonly Document[]; next: bigint };

const maxShards = 8;

const dayMs = 24 * 3_600_000;

export type StreamOptions = {
  /** When the table stored the records, by its clock. */
  readonly stored: Date;
  /** Part of the names of shards and documents. */
  readonly name: string;
  /** The probability that the clock of a writer is days behind. */
  readonly slowClock: number;
};

/** Creates a stream with all its records. Shards come after their parents, and are split while records are committed. */
export function createSimulatedStream(random: Random, { stored, name, slowClock }: StreamOptions): SimulatedShard[] {
  const shards: SimulatedShard[] = [];
  const open = (parent: string | null, documents: readonly Document[]): OpenShard => {
    const shard = { id: `shardId-${name}${shards.length}`, parent, records: [] };
    shards.push(shard);
    // Numbers of each shard have a length of their own, and get longer.
    return { shard, documents, next: 10n ** BigInt(random.between(0, 4)) };
  };
  const halve = ({ shard, documents }: OpenShard): OpenShard[] => {
    const isLeft = new Map(documents.map((document) => [document, random.chance(0.5)]));
    const left = documents.filter((document) => isLeft.get(document));
    const right = documents.filter((document) => !isLeft.get(document));
    return [open(shard.id, left), open(shard.id, right)];
  };

  let current = Array.from({ length: random.between(1, 3) }, () =>
    open(null, createDocuments(random, `${name}${shards.length}`)),
  );
  for (let commit = 0, count = random.between(30, 120); commit < count; commit++) {
    const at = random.between(0, current.length - 1);
    if (random.chance(0.02) && shards.length < maxShards) {
      current = current.flatMap((shard, index) => (index === at ? halve(shard) : [shard]));
    }
    const target = current[at];
    const document = target?.documents[random.between(0, target.documents.length - 1)];
    if (target === undefined || document === undefined) continue;
    target.next += BigInt(random.between(1, 40));
    const recordedAt = random.chance(slowClock) ? new Date(stored.getTime() - 3 * dayMs) : stored;
    target.shard.records.push({
      sequenceNumber: target.next,
      ...toCommit(document, { name: `${name}${commit}`, stored, recordedAt, isTamper: commit % 17 === 0 }),
      shard: target.shard.id,
      document: document.name,
      commit,
    });
  }
  return shards;
}

/** Creates events that the table had before the sequencer was deployed. They are in no stream. */
export function createEarlierEvents(random: Random, stored: Date): CommittedRecord[] {
  const log = random.pick(["org_a", "org_b"]);
  return Array.from({ length: random.pick([0, 20, 300]) }, (_, commit) => {
    const document = { name: `inv_before_${random.between(1, 8)}`, log };
    const event = { name: `before ${commit}`, stored, recordedAt: stored, isTamper: false };
    return { sequenceNumber: 0n, shard: "", document: document.name, commit, ...toCommit(document, event) };
  });
}

function createDocuments(random: Random, name: string): Document[] {
  return Array.from({ length: random.between(1, 8) }, (_, at) => ({
    name: `inv_${name}_${at}`,
    log: random.pick(["org_a", "org_a", "org_b", "org_c", unknownOrgLog]),
  }));
}

type Commit = { readonly name: string; readonly stored: Date; readonly recordedAt: Date; readonly isTamper: boolean };

function toCommit(
  { name: entity_id, log }: Document,
  { name, stored, recordedAt, isTamper }: Commit,
): Pick<CommittedRecord, "log" | "entry" | "reconcilableSince" | "stored"> {
  const built = anEventEntry(`commit ${name}`, { entity_id });
  if (isTamper || log === unknownOrgLog) {
    const entry = isTamper
      ? { kind: "tamper" as const, timeline: `org#${entity_id}`, position: "p", sha256: built.sha256 }
      : built;
    return { log, entry, stored: null };
  }
  const event = anEvent({
    org_id: log,
    entity_id,
    event_id: built.event_id,
    // Whole hours, so that many events share a time.
    occurred_at: new Date(recordedAt.getTime() - 3_600_000 * (built.sha256[0] ?? 0)).toISOString(),
    recorded_at: recordedAt.toISOString(),
  });
  const item = toStringAttributes(toEventItem(event));
  const change = { operation: "INSERT", key: {}, old: null, new: item, stored };
  return { ...toEntry(change, parseEventOfAnyRelease), stored: { orgId: log, key: event, item } };
}
