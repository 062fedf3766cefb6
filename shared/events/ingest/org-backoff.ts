/** A wait that has just begun for an organisation. */
export type BackoffWait = { readonly waitMs: number; readonly failures: number };

/** Organisations that one instance does not write for until their wait is over. */
export type OrgBackoff = {
  isWaiting(orgId: string, nowMs: number): boolean;
  /** Records that DynamoDB throttled the organisation. Returns the wait that this began; `null` during a wait. */
  recordThrottling(orgId: string, nowMs: number, random: number): BackoffWait | null;
  /** Records that an event of the organisation was stored. Ends what it has of failures, but not a wait. */
  recordStored(orgId: string, nowMs: number): void;
};

const firstWaitMs = 500;
/** Short enough that a hundred instances together still use all that an organisation's keys take. */
const longestWaitMs = 5_000;

/**
 * Creates the holds of one instance. It remembers `maxOrgs` organisations at most and forgets the one that has waited
 * longest: that costs calls, never an event.
 */
export function createOrgBackoff(maxOrgs = 1_000): OrgBackoff {
  const holds = new Map<string, { readonly untilMs: number; readonly failures: number }>();
  const isHeld = (orgId: string, nowMs: number) => (holds.get(orgId)?.untilMs ?? 0) > nowMs;

  return {
    isWaiting: isHeld,

    recordThrottling(orgId, nowMs, random) {
      // The events of one batch fail together, which is one failure.
      if (isHeld(orgId, nowMs)) return null;
      const failures = (holds.get(orgId)?.failures ?? 0) + 1;
      const waitMs = Math.min(firstWaitMs * 2 ** (failures - 1), longestWaitMs) * (0.5 + random / 2);
      holds.delete(orgId);
      holds.set(orgId, { untilMs: nowMs + waitMs, failures });
      const [oldest] = holds.keys();
      if (holds.size > maxOrgs && oldest !== undefined) holds.delete(oldest);
      return { waitMs, failures };
    },

    recordStored(orgId, nowMs) {
      if (!isHeld(orgId, nowMs)) holds.delete(orgId);
    },
  };
}
