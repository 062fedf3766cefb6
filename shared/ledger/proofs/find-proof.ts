import { ActivityError } from "#shared/errors.ts";
import { type FindableEvent, findSequences } from "#shared/ledger/feed/find-sequences.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import { getProof } from "./get-proof.ts";
import type { ProofPorts } from "./proof-ports.ts";

/** Names an event as a list shows it, whose times may be cut to seconds. */
export type NamedEvent = {
  readonly entity_id: string;
  readonly event_id: string;
  /** The first and the last moment at which it may have happened, UTC with three fraction digits. */
  readonly occurred: { readonly first: string; readonly last: string };
};

/** Returns a stored event; `null` if it does not exist or is not to be disclosed. */
export type FindStoredEvent = (orgId: string, event: NamedEvent) => Promise<FindableEvent | null>;

export type FindProofPorts = ProofPorts & {
  readonly ledger: LedgerReader;
  readonly findStoredEvent: FindStoredEvent;
};

/** The sequencer numbers an event within about a second. If it is late, operators are paged long before. */
const numberedWithinMs = 3_600_000;

/**
 * Returns the proof that a log has an event, like `getProof`. Throws `ActivityError` `not_found` if there is no such event,
 * and `not_sealed` if the log does not have it yet, or will not until the operator runs the reconciler.
 */
export async function findProof(ports: FindProofPorts, orgId: string, event: NamedEvent): Promise<string> {
  const stored = await ports.findStoredEvent(orgId, event);
  if (stored === null) throw new ActivityError("not_found", "There is no such event.");
  const position = (await findSequences(ports.ledger, orgId, [stored])).get(stored) ?? null;
  if (position === null) throw notNumbered(ports.now().getTime() - Date.parse(stored.recorded_at));
  return getProof(ports, orgId, { sequence: position.sequence, size: null });
}

function notNumbered(ageMs: number): ActivityError {
  if (ageMs <= numberedWithinMs) {
    return new ActivityError("not_sealed", "The event has no number yet. Retry after a second.", { retryAfter: 1 });
  }
  const message =
    "No number was found for this event, which was recorded over an hour ago. The operator can number existing events.";
  return new ActivityError("not_sealed", message, { retryAfter: numberedWithinMs / 1_000 });
}
