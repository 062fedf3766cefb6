import type { Random } from "#infra/local/demo/random.ts";
import { unknownOrgLog } from "#shared/ledger/chunk.ts";
import type { LedgerEntry } from "#shared/ledger/entry.ts";
import type { SequencerRecord } from "#shared/ledger/sequencer/ports.ts";
import { anEventEntry } from "#test/support/ledger/entries.ts";

/** A record, and what it says of the order of commits. */
export type CommittedRecord = SequencerRecord & {
  readonly shard: string;
  readonly document: string;
  /** Position in the order of all commits. */
  readonly commit: number;
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

/** Creates a stream with all its records. Shards come after their parents, and are split while records are committed. */
export function createSimulatedStream(random: Random): SimulatedShard[] {
  const shards: SimulatedShard[] = [];
  const open = (parent: string | null, documents: readonly Document[]): OpenShard => {
    const shard = { id: `shardId-${shards.length}`, parent, records: [] };
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

  let current = Array.from({ length: random.between(1, 3) }, () => open(null, createDocuments(random, shards.length)));
  for (let commit = 0, count = random.between(30, 120); commit < count; commit++) {
    const at = random.between(0, current.length - 1);
    if (random.chance(0.02) && shards.length < maxShards) {
      current = current.flatMap((shard, index) => (index === at ? halve(shard) : [shard]));
    }
    const target = current[at];
    const document = target?.documents[random.between(0, target.documents.length - 1)];
    if (target === undefined || document === undefined) continue;
    target.next += BigInt(random.between(1, 40));
    target.shard.records.push({
      sequenceNumber: target.next,
      log: document.log,
      entry: anEntry(commit, document.name),
      shard: target.shard.id,
      document: document.name,
      commit,
    });
  }
  return shards;
}

function createDocuments(random: Random, shard: number): Document[] {
  return Array.from({ length: random.between(1, 8) }, (_, at) => ({
    name: `inv_${shard}_${at}`,
    log: random.pick(["org_a", "org_a", "org_b", "org_c", unknownOrgLog]),
  }));
}

function anEntry(commit: number, document: string): LedgerEntry {
  const event = anEventEntry(`commit ${commit}`, { entity_id: document });
  if (commit % 17 !== 0) return event;
  return { kind: "tamper", timeline: `org#${document}`, position: "p", sha256: event.sha256 };
}
