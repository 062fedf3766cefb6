import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";

export type ProofRequestPorts = {
  /** Requests the proof. Throws `ActivityLogError`. */
  readonly find: () => Promise<string>;
  /** Rejects with the reason of a signal. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Is called before the first repeat. */
  readonly onWait: () => void;
};

/** A checkpoint is at most ten seconds old, and an event is numbered within about a second. */
const delaysMs = [1_000, 2_000, 4_000, 8_000, 10_000];

/** The API asks for a longer wait if the event will not get a number by itself. */
const maxRetryAfterMs = 60_000;

/**
 * Returns the proof of an event, and repeats the request, not sooner than the API asks for, while no checkpoint covers it:
 * for about half a minute, then `null`; immediately `null` if the API asks for more than a minute. Throws `ActivityLogError`.
 */
export async function requestProof({ find, sleep, onWait }: ProofRequestPorts): Promise<string | null> {
  for (const [retries, delayMs] of [...delaysMs, null].entries()) {
    try {
      return await find();
    } catch (error) {
      if (!isNotSealed(error)) throw error;
      const retryAfterMs = error.retryAfterMs ?? 0;
      if (delayMs === null || retryAfterMs > maxRetryAfterMs) return null;
      if (retries === 0) onWait();
      await sleep(Math.max(delayMs, retryAfterMs));
    }
  }
  return null;
}

function isNotSealed(error: unknown): error is ActivityLogError {
  return error instanceof ActivityLogError && error.apiCode === "not_found.not_sealed";
}
