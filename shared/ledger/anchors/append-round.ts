import { ActivityError } from "#shared/errors.ts";
import { anchorsLog, type Chunk, type ChunkSource } from "#shared/ledger/chunk.ts";
import type { AnchorEntry } from "#shared/ledger/entry.ts";
import { isEqualHash } from "#shared/ledger/merkle/hashes.ts";
import { nextChunk } from "#shared/ledger/sequencer/next-chunk.ts";
import { retryOnConflict } from "#shared/platform/retry-on-conflict.ts";
import { maxRoundHeads, roundLeaves, roundRoot } from "./anchor-round.ts";
import type { AnchoredHead } from "./anchored-head.ts";
import type { AppendRoundPorts } from "./ports.ts";

/** Rounds come from several shards, and may be repeated: where they come from means nothing. */
const source: ChunkSource = { shard: anchorsLog, upTo: "0" };

const maxAttempts = 20;

/**
 * Appends rounds with these heads to the log of anchors, one entry each. Returns how many. Heads that are anchored twice do
 * no harm. Throws `ActivityError` `unavailable` if others append at the same time.
 */
export async function appendRounds(ports: AppendRoundPorts, heads: readonly AnchoredHead[]): Promise<number> {
  let rounds = 0;
  for (let start = 0; start < heads.length; start += maxRoundHeads) {
    await appendRound(ports, heads.slice(start, start + maxRoundHeads));
    rounds += 1;
  }
  return rounds;
}

async function appendRound(ports: AppendRoundPorts, heads: readonly AnchoredHead[]): Promise<void> {
  const round = { heads, seed: ports.createSeed() };
  const root = roundRoot(roundLeaves(round, ports.logName));
  await ports.rounds.put(root, round);
  const appended = await retryOnConflict(maxAttempts, async (attempt) => {
    if (attempt > 1) await ports.waitAfterConflict();
    return appendEntry(ports, { kind: "anchor", sha256: root });
  });
  if (appended !== null) return;
  throw new ActivityError("unavailable", "Others append to the log of anchors at the same time.", { retryAfter: 1 });
}

/** Returns `null` if another chunk is where this one was to be. */
async function appendEntry({ ledger, now }: AppendRoundPorts, entry: AnchorEntry): Promise<Chunk | null> {
  const head = await ledger.getNewestChunk(anchorsLog, true);
  // The response to the write may have been lost.
  if (head?.entries.some(({ sha256 }) => isEqualHash(sha256, entry.sha256))) return head;
  const { chunk, tileRoots } = nextChunk(head, [entry], { now: now(), source });
  return (await ledger.put(anchorsLog, chunk, tileRoots)) ? chunk : null;
}
