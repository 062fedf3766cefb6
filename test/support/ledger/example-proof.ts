import type { EntryKind } from "#shared/ledger/entry.ts";
import { signCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { formatLoggedEntry, parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { formatTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { appendLeaves, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { createInclusionProof } from "#shared/ledger/merkle/inclusion.ts";
import { leafSubtreeReader } from "./memory-tree.ts";
import { createNoteSigner } from "./note-signer.ts";
import { referenceLeaves } from "./reference-tree.ts";

/** The signer of the log of the example. */
export const exampleSigner = createNoteSigner("example.com/log", new Uint8Array(32).fill(5));

const extraOf = (kind: EntryKind) =>
  formatLoggedEntry({ kind, sealedAt: "2026-05-11T08:14:03.100Z", canonical: '{"a":"1"}' });

/** The leaf that the example proves. */
export const exampleLeaf = parseLoggedEntry(extraOf("event")).leaf;

/** Returns the text of a proof for an entry in a log of 100. */
export async function createExampleProof(index: number, kind: EntryKind = "event"): Promise<string> {
  const extra = extraOf(kind);
  const leaves = referenceLeaves(100).with(index, parseLoggedEntry(extra).leaf);
  const root = rootOf(appendLeaves([], 0, leaves));
  const checkpoint = await signCheckpoint({ origin: exampleSigner.key.name, size: 100, root }, [exampleSigner]);
  const hashes = await createInclusionProof(index, 100, leafSubtreeReader(leaves));
  return formatTlogProof({ extra, index, hashes, checkpoint });
}
