import { deferralSeconds } from "#shared/events/ingest/deferral.ts";
import { createOrgBackoff } from "#shared/events/ingest/org-backoff.ts";
import type { InstancePolicy, SentEvent } from "./ingest-import.ts";

/** What the ingest function decides, by its own code: see `ingestRecords`. */
export function createIngestPolicy(random: () => number): InstancePolicy {
  const holds = createOrgBackoff();
  const deferralMs = (event: SentEvent) => deferralSeconds(event, random()) * 1_000;
  return {
    holdMs: (event, now) => (holds.isWaiting(event.org, now) ? deferralMs(event) : null),
    throttledMs(event, now) {
      holds.recordThrottling(event.org, now, random());
      return deferralMs(event);
    },
    stored: ({ org }, now) => holds.recordStored(org, now),
  };
}
