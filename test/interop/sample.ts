import { hash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { formatConsistencyText } from "#shared/ledger/formats/consistency-text.ts";
import { formatLoggedEntry, type LoggedEntry, parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { formatTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { formatVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { createConsistencyProof } from "#shared/ledger/merkle/consistency.ts";
import { createInclusionProof } from "#shared/ledger/merkle/inclusion.ts";
import { readRangeRoots, type SubtreeReader } from "#shared/ledger/merkle/subtrees.ts";
import { createTileSubtreeReader } from "#shared/ledger/merkle/tile-reader.ts";
import { leafTileReader } from "#test/support/ledger/memory-tree.ts";
import { createNoteSigner } from "#test/support/ledger/note-signer.ts";

/** What the sample consists of. It has tiles of three levels. */
export const sampleSize = { entries: 70_000, inclusion: 1_000, consistency: 200 } as const;

/** Sizes and indexes around which trees change their shape. */
const boundaries = [1, 2, 3, 255, 256, 257, 65_535, 65_536, 65_537, sampleSize.entries];

/**
 * Writes proofs of a log into a folder, from our own code: `key`, `inclusion/N.tlog-proof`, and `consistency/N/older`, the
 * note of a checkpoint, with `newer`, the proof that the last checkpoint continues it.
 */
export async function writeSample(folder: string, seed: string): Promise<void> {
  const origin = "activity.example.com/org_8f9a1c2d";
  const signer = createNoteSigner(
    origin,
    Uint8Array.from({ length: 32 }, (_, at) => at),
  );
  const entries = Array.from({ length: sampleSize.entries }, (_, at) => formatLoggedEntry(entryAt(at)));
  const read = createTileSubtreeReader(leafTileReader(entries.map((entry) => parseLoggedEntry(entry).leaf)));
  const noteOf = async (size: number) => signCheckpoint({ origin, size, root: await rootAt(size, read) }, [signer]);
  const checkpoint = await noteOf(sampleSize.entries);
  const random = randomNumbers(seed);

  writeFileSync(join(folder, "key"), formatVerificationKey(signer.key));
  mkdirSync(join(folder, "inclusion"));
  for (let number = 0; number < sampleSize.inclusion; number += 1) {
    const index = (boundaries[number] ?? random(sampleSize.entries) + 1) - 1;
    const hashes = await createInclusionProof(index, sampleSize.entries, read);
    const proof = formatTlogProof({ extra: entries[index] ?? null, index, hashes, checkpoint });
    writeFileSync(join(folder, "inclusion", `${number}.tlog-proof`), proof);
  }
  for (let number = 0; number < sampleSize.consistency; number += 1) {
    const from = boundaries[number] ?? random(sampleSize.entries) + 1;
    const hashes = await createConsistencyProof(from, sampleSize.entries, read);
    mkdirSync(join(folder, "consistency", String(number)), { recursive: true });
    writeFileSync(join(folder, "consistency", String(number), "older"), await noteOf(from));
    const newer = formatConsistencyText({ from, hashes, checkpoint });
    writeFileSync(join(folder, "consistency", String(number), "newer"), newer);
  }
}

function entryAt(at: number): LoggedEntry {
  const sealedAt = new Date(Date.UTC(2026, 4, 11) + at).toISOString();
  return {
    kind: "event",
    sealedAt,
    canonical: JSON.stringify({ event_id: `evt_${at}`, text: "Verschickt €\u2028🧾" }),
  };
}

async function rootAt(size: number, read: SubtreeReader): Promise<Uint8Array> {
  const [root] = await readRangeRoots(read, [{ start: 0, end: size }]);
  if (root === undefined) throw new Error(`The log has no root of size ${size}.`);
  return root;
}

/** Returns a function that returns numbers below a limit, the same for the same seed. */
function randomNumbers(seed: string): (limit: number) => number {
  let count = 0;
  return (limit) => hash("sha256", `${seed}/${count++}`, "buffer").readUInt32BE() % limit;
}
