import { deferralSeconds } from "#shared/events/ingest/deferral.ts";
import { createOrgBackoff } from "#shared/events/ingest/org-backoff.ts";
import type { IngestPolicy, SentEvent } from "./ingest-import.ts";

/** Creates the policy of the deployed ingest function, from the code that `ingestRecords` uses, too. */
export function createIngestPolicy(random: () => number): IngestPolicy {
  const backoff = createOrgBackoff();
  const deferralMs = (event: SentEvent) => deferralSeconds(event, random()) * 1_000;
  return {
    deferralBeforePutMs: (event, now) => (backoff.isBackingOff(event.orgId, now) ? deferralMs(event) : null),
    onThrottled(event, now) {
      backoff.recordThrottling(event.orgId, now, random());
      return deferralMs(event);
    },
    onStored: ({ orgId: org }, now) => backoff.recordStored(org, now),
  };
}
