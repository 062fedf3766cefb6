/** An Ed25519 key that signs checkpoints for a time, and verifies them for ever. Its private half never leaves its store. */
export type CheckpointKey = {
  /** It signs from this time on; `null` if it was the first one. */
  readonly from: Date | null;
  /** It does not sign from this time on; `null` if its end is not known. */
  readonly until: Date | null;
  /** Returns the public key, 32 bytes. */
  getPublicKey(): Promise<Uint8Array>;
  /** Returns the signature of a message, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
};

/** Whether a key signs at a time. Several do while one follows another. */
export function signsAt({ from, until }: Pick<CheckpointKey, "from" | "until">, now: Date): boolean {
  return (from === null || from <= now) && (until === null || now < until);
}
