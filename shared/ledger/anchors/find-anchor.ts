import { ActivityError } from "#shared/errors.ts";
import type { CheckpointStore } from "#shared/ledger/checkpoints/checkpoint-store.ts";
import { anchorsLog, type Chunk } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import type { TileStore } from "#shared/ledger/tiles/tile-store.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { anchorLeafHash } from "./anchor-leaf.ts";
import { formatAnchorProof } from "./anchor-proof.ts";
import { type AnchorRound, blindHead, roundLeaves, roundPath } from "./anchor-round.ts";
import type { AnchoredHead } from "./anchored-head.ts";
import { DamagedRoundError } from "./damaged-round.ts";
import type { RoundStore } from "./ports.ts";
import { anchorOf, createRoundProof } from "./round-proof.ts";

export type FindAnchorPorts = {
  readonly ledger: Pick<LedgerReader, "getChunk" | "listChunks">;
  readonly rounds: Pick<RoundStore, "get">;
  readonly checkpoints: Pick<CheckpointStore, "getLatest">;
  readonly tiles: TileStore;
  /** The first part of the name of each log. */
  readonly logName: string;
};

type FoundAnchor = { readonly chunk: Chunk; readonly round: AnchorRound; readonly head: AnchoredHead };

/** Rounds after an entry was sealed that are searched for its log: normally the first or the second one has it. */
const maxRounds = 200;
const pageRounds = 10;

/** By how much the clock of the anchor function may be behind that of the sequencer. */
const clockToleranceMs = 5_000;

/**
 * Returns the proof, as text, that the log of anchors commits to a state of a log that has the entry. Throws `ActivityError`
 * `not_sealed` if no signed anchor does.
 */
export async function findAnchor(ports: FindAnchorPorts, log: string, sequence: number): Promise<string> {
  const [{ chunks }, checkpoint] = await Promise.all([
    ports.ledger.listChunks(log, { from: sequence - 1, limit: 1 }),
    ports.checkpoints.getLatest(anchorsLog),
  ]);
  const [sealed] = chunks;
  if (sealed === undefined || checkpoint === null) throw notAnchored();
  const start = await findFirstRound(ports, checkpoint.size, Date.parse(sealed.sealed_at) - clockToleranceMs);
  const end = Math.min(start + maxRounds, checkpoint.size);
  const found = await findRound(ports, { log, sequence }, { start, end });
  if (found === null) throw end < checkpoint.size ? notAnchoredInTime() : notAnchored();
  const { chunk, round, head } = found;
  const leaf = blindHead(head, round.seed, ports.logName);
  const path = roundPath(roundLeaves(round, ports.logName), anchorLeafHash(leaf));
  const tiles = new LogTiles(ports.tiles, anchorsLog, checkpoint);
  return formatAnchorProof({ ...leaf, ...path, round: await createRoundProof(chunk, checkpoint, tiles) });
}

/** Returns the index of the first round that was made at a time or later. Rounds are in the order of their times. */
async function findFirstRound({ ledger }: FindAnchorPorts, size: number, timeMs: number): Promise<number> {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const chunk = await ledger.getChunk(anchorsLog, middle);
    if (chunk === null) throw new DamagedChunkError(`log#${anchorsLog} ${middle}`, "it is missing");
    if (Date.parse(chunk.sealed_at) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

type SearchedEntry = { readonly log: string; readonly sequence: number };

/** Returns the first round in a range that commits to a state of the log with the entry; `null` if none does. */
async function findRound(
  { ledger, rounds }: FindAnchorPorts,
  { log, sequence }: SearchedEntry,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<FoundAnchor | null> {
  for (let from = start; from < end; from += pageRounds) {
    const limit = Math.min(pageRounds, end - from);
    const { chunks } = await ledger.listChunks(anchorsLog, { from, limit });
    const candidates = await mapWithConcurrency(chunks, limit, async (chunk) => {
      const round = await readRound(rounds, chunk);
      const head = round?.heads.find((one) => one.log === log && one.size >= sequence);
      return round === null || head === undefined ? null : { chunk, round, head };
    });
    const found = candidates.find((candidate) => candidate !== null);
    if (found !== undefined) return found;
  }
  return null;
}

/** Returns `null` for a damaged round: a later one covers the entry as well. */
async function readRound(rounds: FindAnchorPorts["rounds"], chunk: Chunk): Promise<AnchorRound | null> {
  try {
    return await rounds.get(anchorOf(chunk).sha256);
  } catch (error) {
    if (error instanceof DamagedRoundError) return null;
    throw error;
  }
}

/** The log did not grow after the entry, or could not be anchored for hours: to retry would repeat an expensive search. */
function notAnchoredInTime(): ActivityError {
  const message =
    `None of the ${maxRounds} anchors after this entry covers it. The anchor of a later entry of the log does: request that ` +
    "one, and a consistency proof from this entry's checkpoint.";
  return new ActivityError("not_sealed", message, { retryAfter: 3_600 });
}

function notAnchored(): ActivityError {
  return new ActivityError("not_sealed", "No anchor covers this entry yet. Retry after a minute.", { retryAfter: 60 });
}
