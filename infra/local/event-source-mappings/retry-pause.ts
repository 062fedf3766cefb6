const longestMs = 10_000;

/** Returns the pause before the next retry of an invocation, in milliseconds. */
export function retryPauseMs(retries: number): number {
  return Math.min(100 * 2 ** retries, longestMs);
}
