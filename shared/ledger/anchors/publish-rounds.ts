import type { SignedCheckpoint } from "#shared/ledger/checkpoints/checkpoint-store.ts";
import { renewNow } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { anchorsLog, type Chunk } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { roundLeaves } from "./anchor-round.ts";
import { DamagedRoundError } from "./damaged-round.ts";
import type { AnchorStore, PublishRoundsPorts } from "./ports.ts";
import { anchorOf, createRoundProof } from "./round-proof.ts";
import { formatRound } from "./round-text.ts";

/** The rounds that are not stored outside of the account. */
export type AnchorBacklog = {
  readonly rounds: number;
  /** Age of the oldest one in milliseconds; 0 if all are stored. */
  readonly ageMs: number;
};

type Publication = {
  readonly ports: PublishRoundsPorts;
  readonly store: AnchorStore;
  readonly checkpoint: SignedCheckpoint;
  readonly tiles: LogTiles;
};

/** Rounds that are stored outside concurrently, before the progress is stored: few, as a crash repeats all of them. */
const pageRounds = 10;

/**
 * Signs the log of anchors if it has grown, and stores the rounds outside that are not there yet, until `deadline`. What
 * fails is done by the next call. Throws `ForkError` if the log must not be signed.
 */
export async function publishRounds(ports: PublishRoundsPorts, deadline: Date): Promise<void> {
  if ((await ports.ledger.getNewestChunk(anchorsLog, true)) === null) return;
  const signed = await renewNow(ports, anchorsLog);
  const { store } = ports;
  if (store === null) return;
  let stored = await ports.progress.get(store.name);
  if (stored > signed.size) throw new Error(`${store.name} should have ${stored} rounds of ${signed.size}.`);
  if (stored === signed.size) return;
  const tiles = new LogTiles(ports.tiles, anchorsLog, signed);
  const checkpoint = { ...signed, note: await ports.requestCosignatures(signed, tiles.readSubtrees) };
  const publication = { ports, store, checkpoint, tiles };
  while (stored < checkpoint.size && ports.now() < deadline) {
    const { chunks } = await ports.ledger.listChunks(anchorsLog, {
      from: stored,
      limit: pageRounds,
      isConsistent: true,
    });
    const covered = chunks.filter(({ size }) => size <= checkpoint.size);
    const last = covered.at(-1);
    if (last === undefined) throw new DamagedChunkError(`log#${anchorsLog} ${stored}`, "it is missing");
    await mapWithConcurrency(covered, pageRounds, (chunk) => publishRound(publication, chunk));
    stored = last.size;
    await ports.progress.put(store.name, stored);
  }
}

/** Returns what is not stored outside; `null` if nothing is ever stored there. */
export async function getBacklog({
  ledger,
  progress,
  store,
  now,
}: Pick<PublishRoundsPorts, "ledger" | "progress" | "store" | "now">): Promise<AnchorBacklog | null> {
  if (store === null) return null;
  const [newest, stored] = await Promise.all([ledger.getNewestChunk(anchorsLog, true), progress.get(store.name)]);
  if (newest === null || newest.size === stored) return { rounds: 0, ageMs: 0 };
  // A number beyond the end is damaged: nothing is known to be stored.
  const from = stored > newest.size ? 0 : stored;
  const { chunks } = await ledger.listChunks(anchorsLog, { from, limit: 1, isConsistent: true });
  const [oldest = newest] = chunks;
  return { rounds: newest.size - from, ageMs: Math.max(0, now().getTime() - Date.parse(oldest.sealed_at)) };
}

async function publishRound({ ports, store, checkpoint, tiles }: Publication, chunk: Chunk): Promise<void> {
  const [leaves, proof] = await Promise.all([getLeaves(ports, chunk), createRoundProof(chunk, checkpoint, tiles)]);
  await store.put(chunk.first, formatRound({ leaves, proof }));
}

/** Returns no leaves if they cannot be read: the root is stored outside nevertheless. */
async function getLeaves(ports: PublishRoundsPorts, chunk: Chunk): Promise<Uint8Array[]> {
  try {
    return roundLeaves(await ports.rounds.get(anchorOf(chunk).sha256), ports.logName);
  } catch (error) {
    if (!(error instanceof DamagedRoundError)) throw error;
    ports.reportDamagedRound(chunk.first, error);
    return [];
  }
}
