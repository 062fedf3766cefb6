import { encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { parseHash } from "#shared/ledger/formats/hash-line.ts";
import { formatTlogProof, parseTlogProof, type TlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/** A round as it is stored outside of the account. It names no log. */
export type PublishedRound = {
  readonly leaves: readonly Uint8Array[];
  /** The proof that the log of anchors has the round. Its extra data is the entry, whose digest is the root of the leaves. */
  readonly proof: TlogProof;
};

const header = "activity-anchor-round/v1";
const separator = "\n\n";

/** Returns the text of a round: a header, its leaves in Base64, an empty line, and its proof (C2SP tlog-proof). */
export function formatRound({ leaves, proof }: PublishedRound): string {
  return `${[header, ...leaves.map(encodeBase64)].join("\n")}${separator}${formatTlogProof(proof)}`;
}

/** Parses the text of a round. Throws `ProofError` if it is malformed. */
export function parseRound(text: string): PublishedRound {
  const end = text.indexOf(separator);
  const [first, ...lines] = text.slice(0, Math.max(end, 0)).split("\n");
  if (first !== header) throw new ProofError("malformed", `The round does not begin with the line ${header}.`);
  return {
    leaves: lines.map((line, at) => parseHash(line, `Leaf ${at + 1} of the round`)),
    proof: parseTlogProof(text.slice(end + separator.length)),
  };
}
