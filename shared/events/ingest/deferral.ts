/** The earlier attempts of an event. Passed on in message attributes, since each deferral is a new message. */
export type AttemptHistory = {
  /** How often it was deferred for a transient error. There is no limit. */
  readonly deferrals: number;
  /** How often it failed with an error that is not transient. */
  readonly defects: number;
  /** How often in a row it was separated from a batch that the function did not finish. */
  readonly unfinished: number;
  /** When it was first sent to the queue, in Unix milliseconds. */
  readonly firstSentMs: number;
};

/** Defects after which an event becomes a dead letter, for an operator to handle. */
export const maxDefects = 5;

/**
 * Receives after which a message is separated from its batch: it, or another one of the batch, crashes the function.
 */
export const receivesInBatch = 3;

/**
 * Separations in a row after which an unfinished event becomes a dead letter. Each takes three more receives that all
 * fail: if Lambda has no instance for nine of ten batches, one of 500 events is affected.
 */
export const maxUnfinished = 20;

/**
 * Short enough that a shard count raised during an import applies to all waiting events within a minute, and that the
 * last events do not leave partitions idle (`npm run simulate`).
 */
const longestDelaySeconds = 60;

/** Returns the delay of a deferred event in whole seconds: 1 at first, doubling up to 60, with jitter. */
export function deferralSeconds({ deferrals }: Pick<AttemptHistory, "deferrals">, random: number): number {
  return jittered(Math.min(2 ** deferrals, longestDelaySeconds), random);
}

/** Returns the delay of an event after a defect in whole seconds: 2, 4, 8, 16, with jitter. */
export function defectSeconds({ defects }: AttemptHistory, random: number): number {
  return jittered(2 ** (Math.min(defects, maxDefects) + 1), random);
}

/** Returns a random delay of 1 to 60 whole seconds, so that messages do not return in the same batch. */
export function separationSeconds(random: number): number {
  return 1 + Math.floor(random * longestDelaySeconds);
}

/** Returns between half and all of the time, so that events that failed together do not return together. */
function jittered(seconds: number, random: number): number {
  return Math.ceil(seconds * (0.5 + random / 2));
}
