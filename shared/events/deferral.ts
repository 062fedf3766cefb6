/** How an event fared so far. It travels with its message, since each deferral is a new message. */
export type AttemptHistory = {
  /** How often it was put off for a transient failure. Never a reason to give it up. */
  readonly deferrals: number;
  /** How often it met an error that waiting does not mend. */
  readonly defects: number;
  /** When it came to the queue first. */
  readonly firstSentMs: number;
};

/** Why an event is put off: its organisation writes more than its keys take, or a service is not available. */
export type DeferralCause = "throttled" | "unavailable";

/** Defects after which an event is given up and left to an operator. */
export const maxDefects = 5;

const longestDelaySeconds = 60;

/** The longest delay that SQS knows: see "DelaySeconds" in its SendMessage reference. */
const sqsLimitSeconds = 900;

/**
 * Returns the whole seconds for which a deferred event waits: 1 at first, doubling up to 60. A throttled event that has
 * waited long waits up to a quarter of that time again: a large import then takes few rounds through the queue, and
 * none of its events is stored more than about a quarter later than it could be.
 */
export function deferralSeconds(history: AttemptHistory, cause: DeferralCause, nowMs: number, random: number): number {
  const quarterSeconds = Math.max(nowMs - history.firstSentMs, 0) / 4_000;
  const throttledLimit = Math.min(Math.max(quarterSeconds, longestDelaySeconds), sqsLimitSeconds);
  const limit = cause === "throttled" ? throttledLimit : longestDelaySeconds;
  return jittered(Math.min(2 ** history.deferrals, limit), random);
}

/** Returns the whole seconds before an event that met a defect is tried again: 2, 4, 8, 16. */
export function defectSeconds({ defects }: AttemptHistory, random: number): number {
  return jittered(2 ** (Math.min(defects, maxDefects) + 1), random);
}

/** Between half of the time and all of it, so that what failed together does not come back together. */
function jittered(seconds: number, random: number): number {
  return Math.ceil(seconds * (0.5 + random / 2));
}
