/** Why a proof, a signed note or a log is refused. */
export type ProofErrorReason =
  /** A text is not in its format. It proves nothing, and nothing is known to be wrong with the log. */
  | "malformed"
  /** A key is of a type that this verifier does not know. */
  | "unsupported-key"
  /** No key that the verifier knows has signed. */
  | "unknown-signer"
  /** A signature by a known key is not valid. */
  | "invalid-signature"
  /** The checkpoint is of another log than the key that signed it. */
  | "wrong-log"
  /** The index, the sizes or the number of hashes do not belong together. */
  | "wrong-size"
  /** The hashes do not lead to the root. */
  | "wrong-root"
  /** The content does not have the digest of its entry. */
  | "wrong-content";

/** Thrown if something cannot be verified. The message says what is wrong, and where. */
export class ProofError extends Error {
  override readonly name = "ProofError";
  readonly reason: ProofErrorReason;

  constructor(reason: ProofErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

const undecided: readonly ProofErrorReason[] = ["malformed", "unsupported-key", "unknown-signer"];

/** Returns whether a reason says that nothing is known to be wrong with the log, rather than that something is false. */
export function isUndecided(reason: ProofErrorReason): boolean {
  return undecided.includes(reason);
}
