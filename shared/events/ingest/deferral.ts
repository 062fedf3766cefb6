/** How an event fared so far. It travels with its message, since each deferral is a new message. */
export type AttemptHistory = {
  /** How often it was put off for a transient failure. Never a reason to give it up. */
  readonly deferrals: number;
  /** How often it met an error that waiting does not mend. */
  readonly defects: number;
  /** How often in a row it had to be taken out of batches that the function did not finish. */
  readonly unfinished: number;
  /** When it came to the queue first. */
  readonly firstSentMs: number;
};

/** Defects after which an event is given up and left to an operator. */
export const maxDefects = 5;

/** Receives after which a message is sent on by itself: those it came with may be what ends the function, or it is. */
export const receivesInBatch = 3;

/**
 * Times in a row after which an event that the function never finishes is given up. Each takes three more receives,
 * all of which must fail: a Lambda that has no instance for nine of ten batches gives up one of 500 events.
 */
export const maxUnfinished = 20;

/**
 * Short enough that a shard count that is raised during an import takes effect within a minute on all that waits, and
 * that the last events do not keep the keys idle (`npm run simulate`).
 */
const longestDelaySeconds = 60;

/** Returns the whole seconds for which a deferred event waits: 1 at first, doubling up to 60, with jitter. */
export function deferralSeconds({ deferrals }: Pick<AttemptHistory, "deferrals">, random: number): number {
  return jittered(Math.min(2 ** deferrals, longestDelaySeconds), random);
}

/** Returns the whole seconds before an event that met a defect is tried again: 2, 4, 8, 16. */
export function defectSeconds({ defects }: AttemptHistory, random: number): number {
  return jittered(2 ** (Math.min(defects, maxDefects) + 1), random);
}

/** Returns the whole seconds, 1 to 60, that take messages apart which would otherwise come back as the same batch. */
export function separationSeconds(random: number): number {
  return 1 + Math.floor(random * longestDelaySeconds);
}

/** Between half of the time and all of it, so that what failed together does not come back together. */
function jittered(seconds: number, random: number): number {
  return Math.ceil(seconds * (0.5 + random / 2));
}
