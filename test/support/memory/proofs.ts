import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { documentTypes } from "#shared/events/entity-types.ts";
import type { CheckpointKey } from "#shared/ledger/checkpoints/checkpoint-key.ts";
import type { CheckpointStore, SignedCheckpoint } from "#shared/ledger/checkpoints/checkpoint-store.ts";
import type { ForkError } from "#shared/ledger/checkpoints/fork-error.ts";
import { RecentSizes } from "#shared/ledger/checkpoints/recent-sizes.ts";
import { getLogKey } from "#shared/ledger/checkpoints/sign-head.ts";
import type { ItemImage } from "#shared/ledger/formats/canonical.ts";
import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import type { FindProofPorts } from "#shared/ledger/proofs/find-proof.ts";
import type { TileRange, TileStore } from "#shared/ledger/tiles/tile-store.ts";
import { testNow } from "#test/support/builders.ts";
import { memoryRounds } from "./anchors.ts";
import type { MemoryLedger } from "./ledger.ts";

export const testLogName = "activity.example.com";

const exampleSeed = Buffer.from(Array.from({ length: 32 }, (_, byte) => byte));

/** The Ed25519 key of a seed of 32 bytes, which signs for a time, and the messages that it has signed. */
export function memoryCheckpointKey(
  seed = exampleSeed,
  { from = null, until = null }: Partial<Pick<CheckpointKey, "from" | "until">> = {},
) {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  const messages: string[] = [];
  const key: CheckpointKey = {
    from,
    until,
    getPublicKey: async () => new Uint8Array(publicKey),
    async sign(message) {
      messages.push(Buffer.from(message).toString());
      return new Uint8Array(sign(null, message, privateKey));
    },
  };
  return { key, messages };
}

/** Returns the verification key of a log that is signed by the example key. */
export function memoryLogKey(log: string): Promise<VerificationKey> {
  return getLogKey(memoryCheckpointKey().key, testLogName, log);
}

/** Creates a store of checkpoints in memory. */
export function memoryCheckpoints(): CheckpointStore {
  const logs = new Map<string, SignedCheckpoint[]>();
  return {
    getLatest: async (log) => logs.get(log)?.at(-1) ?? null,
    findBySize: async (log, { min, max }) => logs.get(log)?.find(({ size }) => min <= size && size <= max) ?? null,
    async put(log, checkpoint, replaced) {
      const signed = logs.get(log) ?? [];
      if (signed.at(-1)?.note !== replaced?.note) return false;
      logs.set(log, [...signed.filter(({ size }) => size !== checkpoint.size), checkpoint]);
      return true;
    },
  };
}

/** Creates a reader of the tiles of a ledger in memory. `reads` has the ranges that were read. */
export function memoryTiles(ledger: MemoryLedger): TileStore & { readonly reads: TileRange[] } {
  const reads: TileRange[] = [];
  return {
    reads,
    async listChunks(log, range) {
      reads.push(range);
      return (ledger.logs.get(log) ?? []).filter(({ first }) => range.first <= first && first < range.end);
    },
    async listNodes(log, range) {
      reads.push(range);
      const roots = (ledger.tileRoots.get(log) ?? []).filter(({ height }) => height === 8 * range.level);
      return roots.filter(({ index }) => range.first <= index && index < range.end).map(({ hash }) => hash);
    },
  };
}

/** Creates what proofs are made from, in memory. `time` can be changed. */
export function memoryProofPorts(ledger: MemoryLedger, items: ReadonlyMap<string, ItemImage> = new Map()) {
  const { key, messages } = memoryCheckpointKey();
  const clock = { now: testNow };
  const forks: ForkError[] = [];
  const tiles = memoryTiles(ledger);
  const ports: FindProofPorts = {
    checkpoints: memoryCheckpoints(),
    ledger,
    rounds: memoryRounds(),
    tiles,
    recentSizes: new RecentSizes(),
    checkpointKeys: [key],
    logName: testLogName,
    visibleEntityTypes: documentTypes,
    reportFork: (error) => void forks.push(error),
    getEventItem: async (_, { event_id }) => items.get(event_id) ?? null,
    findStoredEvent: async () => null,
    now: () => clock.now,
  };
  const pass = (ms: number) => {
    clock.now = new Date(clock.now.getTime() + ms);
  };
  return { ports, messages, forks, tiles, pass };
}
