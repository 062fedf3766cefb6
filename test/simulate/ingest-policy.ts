import { deferralSeconds } from "#shared/events/ingest/deferral.ts";
import { createOrgHolds } from "#shared/events/ingest/org-backoff.ts";
import type { InstancePolicy, SentEvent } from "./ingest-import.ts";

/** What the ingest function decides, by its own code: see `ingestRecords`. */
export function createIngestPolicy(random: () => number): InstancePolicy {
  const holds = createOrgHolds();
  const deferralMs = (event: SentEvent) => deferralSeconds(event, random()) * 1_000;
  return {
    holdMs: (event, now) => (holds.isHeld(event.org, now) ? deferralMs(event) : null),
    throttledMs(event, now) {
      holds.throttled(event.org, now, random());
      return deferralMs(event);
    },
    stored: ({ org }, now) => holds.stored(org, now),
  };
}
