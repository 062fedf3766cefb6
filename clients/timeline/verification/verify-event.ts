import { renderTime } from "#shared/events/rendering/render-event.ts";
import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";
import { parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { isUndecided, ProofError } from "#shared/ledger/proof-error.ts";
import { type FieldDifference, findDifferences, findHiddenFields } from "./compare-event.ts";
import { parseLoggedEvent } from "./logged-event.ts";

export type EventToVerify = {
  /** The event as the API returned it. */
  readonly event: unknown;
  /** The proof of it (C2SP tlog-proof). */
  readonly proof: string;
  /** The verification key of the log. No other is used, and none from the proof. */
  readonly key: string;
  /** Whether the event may lack fields, because a viewer token hides them. */
  readonly isPartial: boolean;
};

/** What is known of an event after its verification. */
export type EventVerification =
  /** The log has the event, and what is shown is what it has. */
  | {
      readonly kind: "verified";
      readonly sequence: number;
      readonly sealedAt: string;
      readonly size: number;
      /** Fields that the log has and that are not shown, because a viewer token hides them. */
      readonly hidden: readonly string[];
    }
  /** The proof contradicts the key, itself, or what is shown. */
  | { readonly kind: "false"; readonly message: string; readonly differences: readonly FieldDifference[] }
  /** Nothing is known to be wrong with the log. */
  | { readonly kind: "unknown"; readonly message: string };

/** Verifies a proof, and that an event is shown as the log has it. */
export async function verifyEvent(request: EventToVerify): Promise<EventVerification> {
  try {
    return await verify(request);
  } catch (error) {
    if (error instanceof ProofError) {
      const { reason, message } = error;
      return isUndecided(reason) ? { kind: "unknown", message } : { kind: "false", message, differences: [] };
    }
    // Without a secure context there is no `crypto.subtle`; browsers before 2025 do not know Ed25519.
    if (error instanceof TypeError || error instanceof DOMException) {
      return { kind: "unknown", message: "This browser cannot verify Ed25519 signatures. Use a newer one, and HTTPS." };
    }
    throw error;
  }
}

async function verify({ event, proof: text, key, isPartial }: EventToVerify): Promise<EventVerification> {
  const proof = parseTlogProof(text);
  if (proof.extra === null) return { kind: "unknown", message: "The proof does not have its entry." };
  const { kind, sealedAt, canonical, leaf } = parseLoggedEntry(proof.extra);
  const { size } = await verifyTlogProof(proof, leaf, [parseVerificationKey(key)]);
  if (kind !== "event") return { kind: "unknown", message: "The proof is not of an event." };
  if (canonical === null) return { kind: "false", message: changedSince, differences: [] };
  const sequence = proof.index + 1;
  const shown = toComparable(event);
  const logged = parseLoggedEvent(canonical);
  const differences = [...findDifferences(shown, logged, isPartial), ...compareSequence(shown, sequence)];
  if (differences.length > 0) return { kind: "false", message: "The log has other values.", differences };
  return { kind: "verified", sequence, sealedAt, size, hidden: isPartial ? findHiddenFields(shown, logged) : [] };
}

/** The API leaves the content out of the proof if it does not have the digest of its entry any more. */
const changedSince = "The event was changed or deleted after it was logged: its content is not what the log recorded.";

function toComparable(event: unknown): JsonObject {
  const shown = isJsonObject(event) ? event : {};
  return { ...shown, occurred_at: toComparableTime(shown.occurred_at) };
}

function compareSequence(shown: JsonObject, sequence: number): readonly FieldDifference[] {
  const stated = shown.sequence ?? sequence;
  return stated === sequence ? [] : [{ field: "sequence", shown: stated, logged: sequence }];
}

/** The same moment may be written with or without a fraction of the second. */
function toComparableTime(time: unknown): unknown {
  const ms = Date.parse(String(time));
  return Number.isNaN(ms) ? time : renderTime(new Date(ms).toISOString());
}
