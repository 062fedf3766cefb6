/** A new event is seen in five seconds while the reader is there: so much between two polls, and a second for the request. */
const watchedDelayMs = 4_000;

/** Polls in a row without news before the interval grows: a minute. */
const maxWatchedPolls = 15;

const firstFailedDelayMs = 30_000;
const maxUnchangedDelayMs = 120_000;
const maxFailedDelayMs = 300_000;

/** How the latest requests ended. */
export type PollHistory = {
  /** Polls in a row that found nothing new, since the reader last did something. */
  readonly unchanged: number;
  /** Requests in a row that failed. */
  readonly failures: number;
  /** The share of the rate limit that is left, from 0 to 1. All readers use that of the token that issued theirs. */
  readonly budget: number;
};

export const noHistory: PollHistory = { unchanged: 0, failures: 0, budget: 1 };

/**
 * Returns the milliseconds until the next poll. They grow by half while nothing happens, and double with each failure.
 * Half of the rate limit is kept for other requests: below it, polls are rarer the less is left. `random`, from 0 to 1,
 * spreads the polls of pages that were opened together over a fifth of the time.
 */
export function getPollDelay({ unchanged, failures, budget }: PollHistory, random: number): number {
  const growing = watchedDelayMs * 1.5 ** Math.max(0, unchanged - maxWatchedPolls);
  const sparing = budget < 0.5 ? 15_000 / budget : 0;
  const delay =
    failures > 0
      ? Math.min(maxFailedDelayMs, firstFailedDelayMs * 2 ** failures)
      : Math.min(maxUnchangedDelayMs, Math.max(growing, sparing));
  return Math.round(delay * (0.9 + 0.2 * random));
}
