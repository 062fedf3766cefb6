import { anchorLeafHash } from "#shared/ledger/anchors/anchor-leaf.ts";
import { type AnchorProof, formatAnchorProof } from "#shared/ledger/anchors/anchor-proof.ts";
import { type AnchorRound, blindHead, roundLeaves, roundPath, roundRoot } from "#shared/ledger/anchors/anchor-round.ts";
import type { AnchoredHead } from "#shared/ledger/anchors/anchored-head.ts";
import { signCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { entryData } from "#shared/ledger/formats/entry-data.ts";
import type { NoteSigner } from "#shared/ledger/formats/note-signing.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { testNow } from "#test/support/builders.ts";
import { createNoteSigner } from "./note-signer.ts";

export const testLogName = "activity.example.com";

export const anchorsSigner = createNoteSigner(`${testLogName}/~anchors`, new Uint8Array(32).fill(5));

/** Heads of `count` logs, each with another size and root. */
export function anchoredHeads(count: number): AnchoredHead[] {
  return Array.from({ length: count }, (_, at) => ({
    log: `org_${at}`,
    size: at + 1,
    root: Uint8Array.from(leafHash(`root ${at}`)),
  }));
}

export type ExampleAnchor = { readonly round: AnchorRound; readonly head: AnchoredHead; readonly signer?: NoteSigner };

/** Returns the proof of a head of a round that is the only entry of the log of anchors. */
export async function createAnchorProof({ round, head, signer = anchorsSigner }: ExampleAnchor): Promise<AnchorProof> {
  const leaves = roundLeaves(round, testLogName);
  const leaf = blindHead(head, round.seed, testLogName);
  const extra = entryData("anchor", testNow.toISOString(), roundRoot(leaves));
  const checkpoint = await signCheckpoint({ origin: signer.key.name, size: 1, root: leafHash(extra) }, [signer]);
  return { ...leaf, ...roundPath(leaves, anchorLeafHash(leaf)), round: { extra, index: 0, hashes: [], checkpoint } };
}

/** Returns the text of a proof in a round of three heads. */
export async function createExampleAnchorProof(): Promise<string> {
  const round = { heads: anchoredHeads(3), seed: new Uint8Array(32).fill(9) };
  return formatAnchorProof(await createAnchorProof({ round, head: round.heads[1] ?? never() }));
}

function never(): never {
  throw new Error("The round has no such head.");
}
