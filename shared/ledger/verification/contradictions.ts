import type { Checkpoint } from "#shared/ledger/formats/checkpoint.ts";
import { isEqualHash } from "#shared/ledger/merkle/hashes.ts";

/** A file, and the states of logs that it shows to be signed. */
export type SignedStates = { readonly file: string; readonly states: readonly Checkpoint[] };

/**
 * Returns what contradicts another file, with a sentence: a log of one size has one root, so two roots are two logs under one
 * name, which only the holder of the key can make.
 */
export function findContradictions(files: readonly SignedStates[]): ReadonlyMap<SignedStates, string> {
  const found = new Map<SignedStates, string>();
  const known = new Map<string, { readonly by: SignedStates; readonly state: Checkpoint }>();
  for (const by of files) {
    for (const state of by.states) {
      const key = `${state.origin}\n${state.size}`;
      const other = known.get(key);
      if (other === undefined) known.set(key, { by, state });
      else if (!isEqualHash(other.state.root, state.root)) {
        found.set(by, sentenceOf(state, other.by));
        found.set(other.by, sentenceOf(state, by));
      }
    }
  }
  return found;
}

function sentenceOf({ origin, size }: Checkpoint, { file }: SignedStates): string {
  return `${file} has another root of the log ${origin} with ${size} entries: the key has signed two different logs. Keep both files.`;
}
