import type { ApiFailure } from "#clients/console/api/api-failure.ts";
import type { EventVerification } from "#clients/timeline/verification/verify-event.ts";

/** How far the verification of an event is. The set is closed: a `switch` over it is exhaustive. */
export type VerificationState =
  /** Viewer tokens get no proofs: a proof discloses what they hide. */
  | { readonly kind: "viewer" }
  /** The reader has not entered a verification key. */
  | { readonly kind: "no_key" }
  | { readonly kind: "verifying" }
  /** The event has no number yet, or no checkpoint covers it: the request is repeated. */
  | { readonly kind: "waiting" }
  /** The event still has no number. Events from before the log have none. */
  | { readonly kind: "not_sealed" }
  | { readonly kind: "failed"; readonly failure: ApiFailure }
  | { readonly kind: "done"; readonly result: EventVerification; readonly proof: string };
