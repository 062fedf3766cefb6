import { ActivityError } from "#shared/errors.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import type { TileStore } from "#shared/ledger/tiles/tile-store.ts";
import { retryOnConflict } from "#shared/platform/retry-on-conflict.ts";
import { assertContinues } from "./assert-continues.ts";
import type { CheckpointStore, SignedCheckpoint } from "./checkpoint-store.ts";
import { ForkError } from "./fork-error.ts";
import { type SigningPorts, signHead } from "./sign-head.ts";

export type CheckpointPorts = SigningPorts & {
  readonly checkpoints: CheckpointStore;
  readonly ledger: Pick<LedgerReader, "getNewestChunk">;
  readonly tiles: TileStore;
  reportFork(error: ForkError): void;
};

/** How long a checkpoint is returned again: each signature costs a call of KMS, of which an account has few. */
export const checkpointTtlMs = 10_000;

const maxAttempts = 5;

/**
 * Returns a checkpoint of at least `minSize` entries: the latest one, or a new one if that is older than 10 seconds and the
 * log has grown. Throws `ActivityError` `not_sealed` if no checkpoint covers them yet, and `ForkError` if the log must not
 * be signed.
 */
export async function getCheckpoint(ports: CheckpointPorts, log: string, minSize: number): Promise<SignedCheckpoint> {
  const checkpoint = await retryOnConflict(maxAttempts, async () => {
    const latest = await ports.checkpoints.getLatest(log);
    const msLeft = latest === null ? 0 : Date.parse(latest.signed_at) + checkpointTtlMs - ports.now().getTime();
    if (latest === null || msLeft <= 0) return renewCheckpoint(ports, log, { latest, minSize });
    return requireSize(latest, minSize, Math.ceil(msLeft / 1_000));
  });
  if (checkpoint !== null) return checkpoint;
  throw new ActivityError("unavailable", "Others sign this log at the same time.", { retryAfter: 1 });
}

type Renewal = { readonly latest: SignedCheckpoint | null; readonly minSize: number };

/** Returns `null` if another instance has signed a checkpoint since `latest` was read. */
async function renewCheckpoint(
  ports: CheckpointPorts,
  log: string,
  { latest, minSize }: Renewal,
): Promise<SignedCheckpoint | null> {
  const newest = await ports.ledger.getNewestChunk(log, true);
  try {
    await assertContinues(log, { older: latest, newer: newest }, (size) => new LogTiles(ports.tiles, log, { size }));
  } catch (error) {
    if (error instanceof ForkError) ports.reportFork(error);
    throw error;
  }
  if (newest === null) throw notSealed(1);
  if (newest.size === latest?.size) return requireSize(latest, minSize, 1);
  if (newest.size < minSize) throw notSealed(1);
  const signed = await signHead(ports, log, newest);
  return (await ports.checkpoints.put(log, signed, latest?.size ?? null)) ? signed : null;
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
