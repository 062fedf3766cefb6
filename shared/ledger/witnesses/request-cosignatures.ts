import type { SignedCheckpoint } from "#shared/ledger/checkpoints/checkpoint-store.ts";
import { createConsistencyProof } from "#shared/ledger/merkle/consistency.ts";
import type { SubtreeReader } from "#shared/ledger/merkle/subtrees.ts";
import { type AddCheckpointResult, addCheckpoint, type SendRequest, type Witness } from "./add-checkpoint.ts";

/** The size that each witness has signed last, by the name of its key. */
export type WitnessProgress = {
  get(witness: string): Promise<number>;
  put(witness: string, size: number): Promise<void>;
};

export type WitnessPorts = {
  readonly witnesses: readonly Witness[];
  readonly progress: WitnessProgress;
  readonly send: SendRequest;
  /** Called for a witness that has not signed. The next checkpoint asks it again. */
  reportUnsigned(witness: string, reason: string): void;
  /** Called with how many witnesses have not signed a checkpoint. */
  reportUnsignedCount(count: number): void;
  /** Called for a witness that has signed a larger log: this one was cut or rewritten, or the witness is wrong. */
  reportContradiction(witness: string, reason: string): void;
};

/**
 * Returns the note of a checkpoint with the cosignatures of the witnesses that have signed it. A witness that is away or
 * refuses does not hold it up. A witness that has signed another size says which: the proof then leads from there.
 */
export async function requestCosignatures(
  ports: WitnessPorts,
  { note, size }: Pick<SignedCheckpoint, "note" | "size">,
  readSubtrees: SubtreeReader,
): Promise<string> {
  const ask = async (witness: Witness, from: number): Promise<AddCheckpointResult> => {
    if (from > size) {
      ports.reportContradiction(witness.key.name, `it has signed ${from} entries, and the log has ${size}`);
      return { outcome: "failed", reason: "it has signed more entries than the log has" };
    }
    const hashes = await createConsistencyProof(from, size, readSubtrees);
    return addCheckpoint(witness, { from, hashes, checkpoint: note }, ports.send);
  };
  const lines = await Promise.all(
    ports.witnesses.map(async (witness) => {
      const { name } = witness.key;
      const first = await ask(witness, await ports.progress.get(name));
      const result = first.outcome === "conflict" ? await ask(witness, first.size) : first;
      if (result.outcome === "signed") {
        await ports.progress.put(name, size);
        return result.line;
      }
      ports.reportUnsigned(
        name,
        result.outcome === "conflict" ? `it asks for a proof from ${result.size}` : result.reason,
      );
      return "";
    }),
  );
  if (lines.length > 0) ports.reportUnsignedCount(lines.filter((line) => line === "").length);
  return `${note}${lines.join("")}`;
}
