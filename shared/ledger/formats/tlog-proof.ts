import { decodeBase64, encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { parseDecimal } from "#shared/ledger/encoding/decimal.ts";
import { verifyInclusion } from "#shared/ledger/merkle/inclusion.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { type Checkpoint, verifyCheckpoint } from "./checkpoint.ts";
import { parseHash } from "./hash-line.ts";
import type { VerificationKey } from "./verification-key.ts";

/** The proof that an entry is in a log, as one text that is verified offline (C2SP tlog-proof). */
export type TlogProof = {
  /** What the application adds. It is not authenticated by itself. `null` if absent. */
  readonly extra: Uint8Array | null;
  readonly index: number;
  /** The inclusion proof. */
  readonly hashes: readonly Uint8Array[];
  /** The checkpoint as a signed note. */
  readonly checkpoint: string;
};

const header = "c2sp.org/tlog-proof@v1";
const extraPrefix = "extra ";
const indexPrefix = "index ";

/** Returns the text of a proof. */
export function formatTlogProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const extraLine = extra === null ? [] : [`${extraPrefix}${encodeBase64(extra)}`];
  const lines = [header, ...extraLine, `${indexPrefix}${index}`, ...hashes.map(encodeBase64)];
  return `${lines.join("\n")}\n\n${checkpoint}`;
}

/** Parses the text of a proof, but not its checkpoint. Throws `ProofError` if it is malformed. */
export function parseTlogProof(text: string): TlogProof {
  const end = text.indexOf("\n\n");
  if (end === -1) throw new ProofError("malformed", "The proof has no empty line before its checkpoint.");
  const [first, ...lines] = text.slice(0, end).split("\n");
  if (first !== header) throw new ProofError("malformed", `The proof does not begin with the line ${header}.`);
  const [second = "", ...others] = lines;
  const hasExtra = second.startsWith(extraPrefix);
  const [indexLine = "", ...hashLines] = hasExtra ? others : lines;
  if (!indexLine.startsWith(indexPrefix)) throw new ProofError("malformed", "The proof has no line with the index.");
  return {
    extra: hasExtra ? parseExtra(second) : null,
    index: parseDecimal(indexLine.slice(indexPrefix.length), "The index of the proof"),
    hashes: hashLines.map((line, at) => parseHash(line, `Hash ${at + 1} of the proof`)),
    checkpoint: text.slice(end + 2),
  };
}

/**
 * Returns the checkpoint of a proof. Throws `ProofError` unless a key of the log has signed it, and the log has this leaf at
 * the index of the proof.
 */
export async function verifyTlogProof(
  { index, hashes, checkpoint: note }: TlogProof,
  leaf: Uint8Array,
  keys: readonly VerificationKey[],
): Promise<Checkpoint> {
  const checkpoint = await verifyCheckpoint(note, keys);
  verifyInclusion({ index, leaf, size: checkpoint.size, root: checkpoint.root }, hashes);
  return checkpoint;
}

function parseExtra(line: string): Uint8Array {
  const extra = decodeBase64(line.slice(extraPrefix.length), "The extra data of the proof");
  if (extra.length > 0) return extra;
  throw new ProofError("malformed", "The proof has a line for extra data that is empty.");
}
