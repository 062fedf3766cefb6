/** The Ed25519 key that signs checkpoints. Its private half never leaves its store. */
export type CheckpointKey = {
  /** Returns the public key, 32 bytes. */
  getPublicKey(): Promise<Uint8Array>;
  /** Returns the signature of a message, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
};
