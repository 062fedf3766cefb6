/** A wait that has just begun for an organisation. */
export type BackoffWait = { readonly waitMs: number; readonly failures: number };

/** Throttled organisations, whose events one instance defers without a write until their wait is over. */
export type OrgBackoff = {
  isBackingOff(orgId: string, nowMs: number): boolean;
  /** Records that DynamoDB throttled the organisation. Returns the wait that this began; `null` during a wait. */
  recordThrottling(orgId: string, nowMs: number, random: number): BackoffWait | null;
  /** Records that an event of the organisation was stored. Resets its failures, but does not end a wait. */
  recordStored(orgId: string, nowMs: number): void;
};

const firstWaitMs = 500;
/** Short enough that a hundred instances together still use the full throughput of an organisation's partitions. */
const longestWaitMs = 5_000;

/**
 * Creates the backoff of one instance. It keeps at most `maxOrgs` organisations and drops the one that was throttled
 * first, which costs calls, but never an event.
 */
export function createOrgBackoff(maxOrgs = 1_000): OrgBackoff {
  const waits = new Map<string, { readonly untilMs: number; readonly failures: number }>();
  const isWaiting = (orgId: string, nowMs: number) => (waits.get(orgId)?.untilMs ?? 0) > nowMs;

  return {
    isBackingOff: isWaiting,

    recordThrottling(orgId, nowMs, random) {
      // The events of one batch fail together and count as one failure.
      if (isWaiting(orgId, nowMs)) return null;
      const failures = (waits.get(orgId)?.failures ?? 0) + 1;
      const waitMs = Math.min(firstWaitMs * 2 ** (failures - 1), longestWaitMs) * (0.5 + random / 2);
      waits.delete(orgId);
      waits.set(orgId, { untilMs: nowMs + waitMs, failures });
      const [oldest] = waits.keys();
      if (waits.size > maxOrgs && oldest !== undefined) waits.delete(oldest);
      return { waitMs, failures };
    },

    recordStored(orgId, nowMs) {
      if (!isWaiting(orgId, nowMs)) waits.delete(orgId);
    },
  };
}
