const firstDelayMs = 30_000;
const maxUnchangedDelayMs = 120_000;
const maxFailedDelayMs = 300_000;

/** How the latest polls ended. */
export type PollHistory = {
  /** Polls in a row that found nothing new. */
  readonly unchanged: number;
  /** Requests in a row that failed. */
  readonly failures: number;
};

/**
 * Returns the milliseconds until the next poll. It grows by half while nothing happens and doubles with each failure;
 * `random`, from 0 to 1, spreads the polls of pages that were opened together over a fifth of it.
 */
export function getPollDelay({ unchanged, failures }: PollHistory, random: number): number {
  const delay =
    failures > 0
      ? Math.min(maxFailedDelayMs, firstDelayMs * 2 ** failures)
      : Math.min(maxUnchangedDelayMs, firstDelayMs * 1.5 ** unchanged);
  return Math.round(delay * (0.9 + 0.2 * random));
}
