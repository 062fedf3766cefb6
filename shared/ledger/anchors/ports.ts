import type { SignedCheckpoint } from "#shared/ledger/checkpoints/checkpoint-store.ts";
import type { CheckpointPorts } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import type { SubtreeReader } from "#shared/ledger/merkle/subtrees.ts";
import type { LedgerReader, LedgerWriter } from "#shared/ledger/ports.ts";
import type { AnchorRound } from "./anchor-round.ts";

/** What rounds are computed from, by the digests of their entries. */
export type RoundStore = {
  /** Stores a round before its entry is appended, so that no entry lacks its round. */
  put(root: Uint8Array, round: AnchorRound): Promise<void>;
  /** Returns the round of an entry, strongly consistent. Throws `DamagedRoundError` if it is missing or damaged. */
  get(root: Uint8Array): Promise<AnchorRound>;
};

/** A store outside of the account in which published rounds are never changed. */
export type AnchorStore = {
  /** Identifies the store, and never changes. */
  readonly name: string;
  /**
   * Stores the text of a round, unless the store has it already. Throws `AnchorConflictError` if another text is there, which
   * cannot be replaced.
   */
  put(index: number, text: string): Promise<void>;
};

/** How many rounds were stored outside, from the first one on. */
export type AnchorProgress = {
  /** Returns the number of rounds that a store has. */
  get(store: string): Promise<number>;
  /** Stores the number, unless a larger one is stored. */
  put(store: string, rounds: number): Promise<void>;
};

export type AppendRoundPorts = Pick<CheckpointPorts, "logName" | "now"> & {
  readonly ledger: Pick<LedgerReader, "getNewestChunk"> & LedgerWriter;
  readonly rounds: Pick<RoundStore, "put">;
  /** Returns 32 random bytes. */
  createSeed(): Uint8Array;
  /** Waits up to 20 ms, at random, so that functions in conflict do not meet again. */
  waitAfterConflict(): Promise<unknown>;
};

export type PublishRoundsPorts = CheckpointPorts & {
  readonly ledger: Pick<LedgerReader, "getNewestChunk" | "listChunks">;
  readonly rounds: Pick<RoundStore, "get">;
  readonly progress: AnchorProgress;
  /** `null` if rounds are not stored outside: they are signed, and public. */
  readonly store: AnchorStore | null;
  /** Returns the note of a checkpoint of the log of anchors with the cosignatures of its witnesses. */
  requestCosignatures(checkpoint: SignedCheckpoint, readSubtrees: SubtreeReader): Promise<string>;
  /** Reports a round whose leaves cannot be stored outside, because they are missing or damaged. */
  reportDamagedRound(index: number, error: unknown): void;
};
