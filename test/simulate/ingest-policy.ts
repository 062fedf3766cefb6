import { type DeferralCause, deferralSeconds } from "../../shared/events/deferral.ts";
import { createOrgHolds } from "../../shared/events/org-holds.ts";
import type { InstancePolicy, SentEvent } from "./ingest-import.ts";

const cause: DeferralCause = "throttled";

/** What the ingest function decides, by its own code: see `ingestRecords`. */
export function createIngestPolicy(random: () => number): InstancePolicy {
  const holds = createOrgHolds();
  const deferralMs = ({ deferrals, sentAt }: SentEvent, now: number) =>
    deferralSeconds({ deferrals, defects: 0, firstSentMs: sentAt }, cause, now, random()) * 1_000;
  return {
    holdMs: (event, now) => (holds.isHeld(event.org, now) ? deferralMs(event, now) : null),
    throttledMs(event, now) {
      holds.throttled(event.org, now, random());
      return deferralMs(event, now);
    },
    stored: ({ org }, now) => holds.stored(org, now),
  };
}
