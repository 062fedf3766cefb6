import type { LedgerReader } from "#shared/ledger/ports.ts";

export type WaitPorts = {
  readonly ledger: Pick<LedgerReader, "getChunk">;
  now(): Date;
  sleep(ms: number): Promise<unknown>;
};

/** The pauses between reads grow: a change soon after the request is found sooner than one that takes long. */
const firstPauseMs = 200;
const growth = 1.5;
const maxPauseMs = 1_000;

/**
 * Waits until a log has a chunk that begins after `size` entries, or a time has come. Returns whether it has. A read that
 * finds nothing costs half a unit.
 */
export async function waitForChunk(
  { ledger, now, sleep }: WaitPorts,
  log: string,
  size: number,
  until: number,
): Promise<boolean> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * growth, maxPauseMs)) {
    const leftMs = until - now().getTime();
    if (leftMs <= 0) return false;
    await sleep(Math.min(pauseMs, leftMs));
    if ((await ledger.getChunk(log, size)) !== null) return true;
  }
}
