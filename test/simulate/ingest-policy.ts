import { deferralSeconds } from "#shared/events/ingest/deferral.ts";
import { createOrgBackoff } from "#shared/events/ingest/org-backoff.ts";
import type { InstancePolicy, SentEvent } from "./ingest-import.ts";

/** Creates the policy of the ingest function from its own code (`ingestRecords`). */
export function createIngestPolicy(random: () => number): InstancePolicy {
  const backoff = createOrgBackoff();
  const deferralMs = (event: SentEvent) => deferralSeconds(event, random()) * 1_000;
  return {
    holdMs: (event, now) => (backoff.isWaiting(event.org, now) ? deferralMs(event) : null),
    throttledMs(event, now) {
      backoff.recordThrottling(event.org, now, random());
      return deferralMs(event);
    },
    stored: ({ org }, now) => backoff.recordStored(org, now),
  };
}
