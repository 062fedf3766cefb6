import { encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { parseHash } from "#shared/ledger/formats/hash-line.ts";
import type { Frontier } from "#shared/ledger/merkle/frontier.ts";
import { subtreesOf } from "#shared/ledger/merkle/subtrees.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { parseJson } from "#shared/platform/json.ts";

/** Returns the text of a file with the roots of the entries before a pack, largest subtree first. */
export function formatFrontier(frontier: Frontier): string {
  return `${JSON.stringify(frontier.map(encodeBase64))}\n`;
}

/** Parses the text of a frontier of `size` entries. Throws `ProofError` `malformed`. */
export function parseFrontier(text: string, size: number): Frontier {
  const hashes = parseJson(text);
  if (!Array.isArray(hashes) || hashes.length !== subtreesOf({ start: 0, end: size }).length) {
    throw new ProofError("malformed", `The frontier is not the list of hashes of ${size} entries.`);
  }
  return hashes.map((hash, at) => parseHash(String(hash), `Hash ${at + 1} of the frontier`));
}
