import type { Frontier } from "#shared/ledger/merkle/frontier.ts";

/** The state of a log at a size. Its frontier has its root, and the hashes at the end of every proof that leads to it. */
export type LogHead = { readonly size: number; readonly frontier: Frontier };

/** A signed checkpoint of a log. */
export type SignedCheckpoint = LogHead & {
  /** The signed note (C2SP tlog-checkpoint). */
  readonly note: string;
  /** ISO 8601 with milliseconds. */
  readonly signed_at: string;
};

/** Every checkpoint that was ever signed. Each log has at most one of a size. */
export type CheckpointStore = {
  /** Returns the checkpoint that was signed last; `null` if none was. Strongly consistent. */
  getLatest(log: string): Promise<SignedCheckpoint | null>;
  /** Returns the smallest checkpoint with a size in the range; `null` if none was signed. */
  findBySize(log: string, range: { readonly min: number; readonly max: number }): Promise<SignedCheckpoint | null>;
  /**
   * Stores a checkpoint as the latest, unless that is no longer `replaced`: then returns `false`. One of the same size has the
   * same root and more signatures.
   */
  put(log: string, checkpoint: SignedCheckpoint, replaced: SignedCheckpoint | null): Promise<boolean>;
};
