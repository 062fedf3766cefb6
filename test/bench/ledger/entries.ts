import { hash } from "node:crypto";
import { chunkEntries } from "#shared/ledger/chunk.ts";
import { entryData, entryLeaf } from "#shared/ledger/formats/entry-data.ts";
import { appendLeaves, type Frontier, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { compareFigures, type Measure } from "#test/bench/measure.ts";

/** Chunks of one sample. */
const chunks = 40;

const budget = 0.5;
const sealedAt = "2026-05-11T08:14:03.100Z";

/**
 * The leaves, frontier and root of chunks of entries, whose digests are given, against as many bare hashes of the same
 * lengths: one for each leaf and one for each node.
 */
export async function measureEntries(): Promise<Measure[]> {
  const digests = Array.from({ length: chunkEntries }, (_, at) => hash("sha256", String(at), "buffer"));
  const leaf = new Uint8Array(1 + entryData("event", sealedAt, new Uint8Array(32)).length);
  const node = new Uint8Array(65);
  const [time] = await compareFigures({
    name: "entries a second that are appended to a log (entry, leaf, frontier), against bare hashes",
    budgets: { p50: 1 / budget },
    samples: 60,
    warmup: 10,
    baseline: async () => timed(() => hashBare(leaf, node)),
    ours: async () => timed(() => appendEntries(digests)),
  });
  if (time === undefined) return [];
  const rate = 1 / time.value;
  const perSecond = Math.round((chunks * chunkEntries * 1_000) / (time.baseline * time.value));
  return [{ ...time, value: rate, budget, passes: rate >= budget, notes: [...time.notes, `${perSecond} a second`] }];
}

function appendEntries(digests: readonly Uint8Array[]): void {
  let frontier: Frontier = [];
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const leaves = digests.map((digest) => entryLeaf("event", sealedAt, digest));
    frontier = appendLeaves(frontier, chunk * chunkEntries, leaves);
    rootOf(frontier);
  }
}

function hashBare(leaf: Uint8Array, node: Uint8Array): void {
  for (let entry = 0; entry < chunks * chunkEntries; entry += 1) {
    hash("sha256", leaf, "buffer");
    hash("sha256", node, "buffer");
  }
}

/** Returns the milliseconds that it takes. */
function timed(run: () => void): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}
