import { ActivityError } from "#shared/errors.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import type { TreeHead } from "#shared/ledger/merkle/consistency.ts";
import { rootOf } from "#shared/ledger/merkle/frontier.ts";
import { isEqualHash } from "#shared/ledger/merkle/hashes.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import type { TileStore } from "#shared/ledger/tiles/tile-store.ts";
import { retryOnConflict } from "#shared/platform/retry-on-conflict.ts";
import { assertContinues } from "./assert-continues.ts";
import type { CheckpointStore, SignedCheckpoint } from "./checkpoint-store.ts";
import { ForkError, toForkError } from "./fork-error.ts";
import type { RecentSizes } from "./recent-sizes.ts";
import { completeSignatures, getLogKeys, type SigningPorts, signHead } from "./sign-head.ts";

export type CheckpointPorts = SigningPorts & {
  readonly checkpoints: CheckpointStore;
  readonly ledger: Pick<LedgerReader, "getNewestChunk">;
  readonly tiles: TileStore;
  reportFork(error: ForkError): void;
};

/** `recentSizes` belongs to the instance, and not to a request. */
export type GetCheckpointPorts = CheckpointPorts & { readonly recentSizes: RecentSizes };

/** How long a checkpoint is returned again: each signature costs a call of KMS, of which an account has few. */
export const checkpointTtlMs = 10_000;

const maxAttempts = 5;

/**
 * Returns a checkpoint of at least `minSize` entries: the latest one, or a new one if that is older than 10 seconds and the
 * log has grown. Throws `ActivityError` `not_sealed` if no checkpoint covers them yet, and `ForkError` if the log must not
 * be signed.
 */
export async function getCheckpoint(
  ports: GetCheckpointPorts,
  log: string,
  minSize: number,
): Promise<SignedCheckpoint> {
  const { recentSizes } = ports;
  if (recentSizes.isSmaller(log, minSize, ports.now())) throw notSealed(1);
  const checkpoint = await retryOnConflict(maxAttempts, async () => {
    const latest = await ports.checkpoints.getLatest(log);
    const msLeft = latest === null ? 0 : Date.parse(latest.signed_at) + checkpointTtlMs - ports.now().getTime();
    if (latest === null || msLeft <= 0) return renewCheckpoint(ports, log, { latest, minSize, recentSizes });
    return requireSize(latest, minSize, Math.ceil(msLeft / 1_000));
  });
  return checkpoint ?? refuseToSign();
}

/**
 * Returns a checkpoint of the whole log, which is signed now if the log has grown. Throws `ActivityError` `not_sealed` if it
 * is empty, and `ForkError` if it must not be signed.
 */
export async function renewNow(ports: CheckpointPorts, log: string): Promise<SignedCheckpoint> {
  const checkpoint = await retryOnConflict(maxAttempts, async () =>
    renewCheckpoint(ports, log, { latest: await ports.checkpoints.getLatest(log), minSize: 1, recentSizes: null }),
  );
  return checkpoint ?? refuseToSign();
}

function refuseToSign(): never {
  throw new ActivityError("unavailable", "Others sign this log at the same time.", { retryAfter: 1 });
}

type Renewal = {
  readonly latest: SignedCheckpoint | null;
  readonly minSize: number;
  /** Gets the size of a log that is smaller than `minSize`. */
  readonly recentSizes: RecentSizes | null;
};

/** Returns `null` if another instance has signed a checkpoint since `latest` was read. */
async function renewCheckpoint(
  ports: CheckpointPorts,
  log: string,
  renewal: Renewal,
): Promise<SignedCheckpoint | null> {
  const { latest, recentSizes } = renewal;
  const growth = await readGrowth(ports, log, renewal);
  if (growth === null) return null;
  const { newest } = growth;
  if (newest === null) {
    recentSizes?.set(log, 0, ports.now());
    throw notSealed(1);
  }
  const hasGrown = newest.size !== latest?.size;
  const signed = hasGrown ? await signHead(ports, log, newest) : await completeSignatures(ports, log, latest);
  if (signed === null) return latest;
  return (await ports.checkpoints.put(log, signed, latest)) ? signed : null;
}

/**
 * Reads the end of a log, and verifies that it continues what was signed. Returns `null` if another instance has signed its
 * first checkpoint meanwhile. Throws `ForkError`, which it reports.
 */
async function readGrowth(
  ports: CheckpointPorts,
  log: string,
  { latest, minSize, recentSizes }: Renewal,
): Promise<{ readonly newest: Chunk | null } | null> {
  try {
    const newest = await ports.ledger.getNewestChunk(log, true);
    // Before the verification, which is expensive: a request for a sequence far ahead must be cheap.
    if (newest !== null && newest.size < minSize && newest.size >= (latest?.size ?? 0)) {
      recentSizes?.set(log, newest.size, ports.now());
      throw notSealed(1);
    }
    if (latest === null && (await hasCheckpoints(ports, log))) return null;
    const older = latest === null ? null : await verifySigned(ports, log, latest);
    await assertContinues({ older, newer: newest }, (size) => new LogTiles(ports.tiles, log, { size }));
    return { newest };
  } catch (error) {
    const refusal = toForkError(log, error);
    if (refusal instanceof ForkError) ports.reportFork(refusal);
    throw refusal;
  }
}

/** Returns what was signed. Only the note counts: other attributes of the stored checkpoint could have been changed. */
async function verifySigned(ports: CheckpointPorts, log: string, latest: SignedCheckpoint): Promise<TreeHead> {
  const signed = await verifyCheckpoint(latest.note, await getLogKeys(ports, log));
  const isUnchanged = signed.size === latest.size && isEqualHash(signed.root, rootOf(latest.frontier));
  if (isUnchanged) return signed;
  throw new ProofError("wrong-root", "Its latest checkpoint is stored with another size or root than was signed.");
}

/**
 * Whether another instance has signed the first checkpoint of a log that had none. Throws `ProofError` if the latest one is
 * missing though others exist.
 */
async function hasCheckpoints({ checkpoints }: CheckpointPorts, log: string): Promise<boolean> {
  const any = await checkpoints.findBySize(log, { min: 1, max: Number.MAX_SAFE_INTEGER });
  if (any === null) return false;
  if ((await checkpoints.getLatest(log)) !== null) return true;
  throw new ProofError("wrong-size", `Its latest checkpoint is missing, and one of ${any.size} entries exists.`);
}

function requireSize(checkpoint: SignedCheckpoint, minSize: number, retryAfter: number): SignedCheckpoint {
  if (checkpoint.size < minSize) throw notSealed(retryAfter);
  return checkpoint;
}

function notSealed(retryAfter: number): ActivityError {
  const unit = retryAfter === 1 ? "second" : "seconds";
  const message = `The log has no checkpoint with this event yet. Retry after ${retryAfter} ${unit}.`;
  return new ActivityError("not_sealed", message, { retryAfter });
}
