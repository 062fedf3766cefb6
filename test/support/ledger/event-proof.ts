import { canonicalJson } from "#shared/ledger/formats/canonical-json.ts";
import { signCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { entryData } from "#shared/ledger/formats/entry-data.ts";
import { formatLoggedEntry, parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import type { NoteSigner } from "#shared/ledger/formats/note-signing.ts";
import { formatTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { formatVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { appendLeaves, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { createInclusionProof } from "#shared/ledger/merkle/inclusion.ts";
import { sha256 } from "#shared/ledger/merkle/sha256-node.ts";
import { leafSubtreeReader } from "./memory-tree.ts";
import { createNoteSigner } from "./note-signer.ts";
import { referenceLeaves } from "./reference-tree.ts";

/** Signs the log of the organisation of browser tests. */
export const acmeSigner = createNoteSigner("example.com/org_acme", new Uint8Array(32).fill(7));

export const acmeKey = formatVerificationKey(acmeSigner.key);

export const sealedAt = "2026-05-11T08:30:13.114Z";

type ApiEvent = Readonly<Record<string, unknown>>;

/** Returns the canonical form of an event as a response of the API has it: structured fields are JSON, absent ones are left out. */
export function toCanonicalEvent({ event_id, sequence: _, ...event }: ApiEvent): string {
  const time = new Date(String(event.occurred_at)).toISOString();
  const fields = { ...event, event_id, org_id: "org_acme", occurred_at: time, recorded_at: time };
  const present = Object.entries(fields).filter(
    ([name, value]) => value !== null && !(name === "text" && value === ""),
  );
  return canonicalJson(Object.fromEntries(present.map(([name, value]) => [name, toAttribute(value)])));
}

function toAttribute(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export type EventProofOptions = {
  readonly sequence?: number;
  readonly size?: number;
  readonly signer?: NoteSigner;
  /** Whether the proof lacks the content, as if the event had been changed since. */
  readonly isChanged?: boolean;
};

/** Returns the text of a proof of an event in canonical form. */
export async function createEventProof(
  canonical: string,
  { sequence = 4_711, size = 5_000, signer = acmeSigner, isChanged = false }: EventProofOptions = {},
): Promise<string> {
  const index = sequence - 1;
  const extra = isChanged
    ? entryData("event", sealedAt, sha256(canonical))
    : formatLoggedEntry({ kind: "event", sealedAt, canonical });
  const leaves = referenceLeaves(size).with(index, parseLoggedEntry(extra).leaf);
  const root = rootOf(appendLeaves([], 0, leaves));
  const checkpoint = await signCheckpoint({ origin: signer.key.name, size, root }, [signer]);
  const hashes = await createInclusionProof(index, size, leafSubtreeReader(leaves));
  return formatTlogProof({ extra, index, hashes, checkpoint });
}
