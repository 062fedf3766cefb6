import { describe, expect, it } from "vitest";
import { getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { type Chunk, chunkEntries } from "#shared/ledger/chunk.ts";
import { toChunkItem } from "#shared/ledger/dynamodb/chunk-item.ts";
import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { appendLeaves, completedTileRoots, type SubtreeRoot } from "#shared/ledger/merkle/frontier.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { getProof } from "#shared/ledger/proofs/get-proof.ts";
import type { ProofPorts } from "#shared/ledger/proofs/proof-ports.ts";
import { nextChunk } from "#shared/ledger/sequencer/next-chunk.ts";
import type { TileRange } from "#shared/ledger/tiles/tile-store.ts";
import { nodePartition } from "#shared/platform/dynamodb/keys.ts";
import { testNow } from "#test/support/builders.ts";
import { chunksOf, eventEntries, testSource } from "#test/support/ledger/entries.ts";
import { itemBytes, queryUnits } from "#test/support/ledger/item-bytes.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryLogKey, memoryProofPorts } from "#test/support/memory/proofs.ts";

const log = "org_8f9a1c2d";
const size = 1_000_000;

const nodeBytes = ({ height, index, hash }: SubtreeRoot) =>
  itemBytes({ pk: { S: nodePartition(log, height / 8) }, sk: { N: String(index) }, hash: { B: hash } });

/**
 * A log of full chunks that all have the same entries, so that the hashes of one are those of all, and a partial one at its
 * end: the log of a million entries in a moment.
 */
function repeatedLog() {
  const full = [...chunksOf(eventEntries(chunkEntries))][0];
  const [root] = full?.tileRoots ?? [];
  if (full === undefined || root === undefined) throw new Error("A full chunk completes a tile.");
  const count = Math.floor(size / chunkEntries);
  const roots = Array.from({ length: count }, () => root.hash);
  const head = { ...full.chunk, size: count * chunkEntries, frontier: appendLeaves([], 0, roots) };
  const { chunk: newest } = nextChunk(head, eventEntries(size % chunkEntries), { now: testNow, source: testSource });
  const chunkAt = (tile: number): Chunk => {
    const end = (tile + 1) * chunkEntries;
    const frontier = Array.from({ length: end.toString(2).replaceAll("0", "").length }, () => root.hash);
    return tile === count ? newest : { ...full.chunk, first: tile * chunkEntries, size: end, frontier };
  };
  const nodes: readonly SubtreeRoot[][] = [
    [],
    roots.map((hash, index) => ({ height: 8, index, hash })),
    completedTileRoots([], 0, roots).map(({ height, ...node }) => ({ ...node, height: height + 8 })),
  ];
  return { newest, chunkAt, nodes };
}

describe("a proof at a million entries, in full chunks", () => {
  const { newest, chunkAt, nodes } = repeatedLog();
  let reads: { readonly range: TileRange; readonly units: number }[] = [];
  const measured = (range: TileRange, bytes: readonly number[]) => reads.push({ range, units: queryUnits(bytes) });
  const ports: ProofPorts = {
    ...memoryProofPorts(memoryLedger()).ports,
    ledger: { ...memoryLedger(), getNewestChunk: async () => newest },
    tiles: {
      async listChunks(_, range) {
        const chunk = chunkAt(range.first / chunkEntries);
        measured(range, [itemBytes(toChunkItem(log, chunk))]);
        return [chunk];
      },
      async listNodes(_, range) {
        const found = (nodes[range.level] ?? []).slice(range.first, range.end);
        measured(range, found.map(nodeBytes));
        return found.map(({ hash }) => hash);
      },
    },
  };

  it.each([1, 4_711, 65_537, 500_000, 983_041, 999_936, 999_937, size])(
    "of entry %d verifies, with at most 20 hashes, 3 reads and 7 read units",
    async (sequence) => {
      await getCheckpoint(ports, log, size);
      reads = [];
      const text = await getProof(ports, log, { sequence, size });
      const proof = parseTlogProof(text);
      const key = await memoryLogKey(log);
      expect((await verifyTlogProof(proof, leafHash(proof.extra ?? new Uint8Array()), [key])).size).toBe(size);
      expect(proof.hashes.length).toBeLessThanOrEqual(20);
      expect(reads.length).toBeLessThanOrEqual(3);
      expect(reads.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(7);
      expect(text.length).toBeLessThanOrEqual(1_500);
    },
  );
});
