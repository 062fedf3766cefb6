import { encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { parseDecimal } from "#shared/ledger/encoding/decimal.ts";
import { type TreeHead, verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { type Checkpoint, verifyCheckpoint } from "./checkpoint.ts";
import { parseHash } from "./hash-line.ts";
import type { VerificationKey } from "./verification-key.ts";

/** The proof that a checkpoint continues an older tree, as one text: the request `add-checkpoint` of C2SP tlog-witness. */
export type ConsistencyText = {
  /** Leaves of the older tree. */
  readonly from: number;
  /** The consistency proof. */
  readonly hashes: readonly Uint8Array[];
  /** The newer checkpoint as a signed note. */
  readonly checkpoint: string;
};

const fromPrefix = "old ";

/** Returns the text of a proof. */
export function formatConsistencyText({ from, hashes, checkpoint }: ConsistencyText): string {
  return `${[`${fromPrefix}${from}`, ...hashes.map(encodeBase64)].join("\n")}\n\n${checkpoint}`;
}

/** Parses the text of a proof, but not its checkpoint. Throws `ProofError` if it is malformed. */
export function parseConsistencyText(text: string): ConsistencyText {
  const end = text.indexOf("\n\n");
  if (end === -1) throw new ProofError("malformed", "The proof has no empty line before its checkpoint.");
  const [first = "", ...lines] = text.slice(0, end).split("\n");
  if (!first.startsWith(fromPrefix)) throw new ProofError("malformed", "The proof does not begin with the older size.");
  return {
    from: parseDecimal(first.slice(fromPrefix.length), "The older size of the proof"),
    hashes: lines.map((line, at) => parseHash(line, `Hash ${at + 1} of the proof`)),
    checkpoint: text.slice(end + 2),
  };
}

/**
 * Returns the newer checkpoint. Throws `ProofError` unless a key of the log has signed it, and it continues the older tree,
 * which the verifier knows from a checkpoint that it has verified before.
 */
export async function verifyConsistencyText(
  { from, hashes, checkpoint: note }: ConsistencyText,
  older: TreeHead,
  keys: readonly VerificationKey[],
): Promise<Checkpoint> {
  if (from !== older.size) throw new ProofError("wrong-size", `The proof is from size ${from}, not ${older.size}.`);
  const newer = await verifyCheckpoint(note, keys);
  verifyConsistency(older, newer, hashes);
  return newer;
}
