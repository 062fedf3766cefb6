import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { exportLog } from "#clients/cli/export/export-log.ts";
import type { LogSource } from "#clients/cli/export/log-source.ts";
import { readPackFolder } from "#clients/verifier/pack-folder.ts";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import { signCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { appendLeaves, type Frontier, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { type ExportedEntry, leafOf } from "#shared/ledger/pack/entry-line.ts";
import { verifyPack } from "#shared/ledger/verification/verify-pack.ts";
import { counted, type Measure } from "#test/bench/measure.ts";
import { exampleSigner } from "#test/support/ledger/example-proof.ts";

const pageSize = 1_000;
const few = 1_000;
const many = 1_000_000;
const rounds = 3;

const budgets = { heap: 1.25, verifying: 0.5 };

/** An event of about 700 bytes in canonical form. */
const canonicalOf = (sequence: number) =>
  JSON.stringify({ event_id: `evt_${sequence}`, occurred_at: "2026-05-11T08:14:03.100Z", text: "x".repeat(620) });

function entryOf(sequence: number): ExportedEntry {
  const event = canonicalOf(sequence);
  return { sequence, kind: "event", sealed_at: "2026-05-11T08:14:03.100Z", sha256: hash("sha256", event), event };
}

const entriesAfter = (after: number, count: number) =>
  Array.from({ length: count }, (_, at) => entryOf(after + at + 1));

/** A log whose entries are made when they are read. */
async function sourceOf(count: number): Promise<LogSource> {
  let frontier: Frontier = [];
  for (let size = 0; size < count; size += pageSize) {
    frontier = appendLeaves(frontier, size, entriesAfter(size, pageSize).map(leafOf));
  }
  const origin = exampleSigner.key.name;
  const note = await signCheckpoint({ origin, size: count, root: rootOf(frontier) }, [exampleSigner]);
  return {
    getCheckpoint: async () => note,
    getConsistency: async () => "",
    readEntries: async (after, limit) => entriesAfter(after, Math.min(limit, pageSize)),
    readFrontier: async () => [],
  };
}

const settings = {
  ...{ api: "", org: null, after: 0, until_sequence: null, since: null, until: null },
  format: "jsonl",
} as const;

/** Exports and verifies a million entries: the memory against that of a thousand, and the time against bare hashes. */
export async function measureExport(step: (text: string) => void): Promise<Measure[]> {
  step("Exporting a thousand entries");
  const small = await peakOfExport(few);
  step("Exporting a million entries");
  const large = await peakOfExport(many);
  step("Verifying and hashing a million entries");
  const { verifyMs, bareMs } = await timesOfVerification(many);
  const rate = bareMs / verifyMs;
  const memory = "live memory of an export of 1,000,000 entries, against 1,000";
  const verification = "entries a second that verify reads and hashes, against bare hashes";
  return [
    {
      ...counted(memory, large / small, budgets.heap, Number.NaN, "ratio"),
      notes: [`${(small / 1e6).toFixed(1)} and ${(large / 1e6).toFixed(1)} MB`],
    },
    {
      ...counted(verification, rate, budgets.verifying, bareMs, "ratio"),
      passes: rate >= budgets.verifying,
      samples: rounds,
      notes: [`${Math.round((many * 1_000) / verifyMs)} a second`],
    },
  ];
}

/** Returns the most bytes that are live while entries are exported. */
async function peakOfExport(count: number): Promise<number> {
  const collectGarbage = garbageCollector();
  let peak = 0;
  let pages = 0;
  // Each collection takes as long as some pages.
  const sample = () => {
    pages += 1;
    if (count > pageSize && pages % 50 !== 0) return;
    collectGarbage();
    peak = Math.max(peak, process.memoryUsage().heapUsed);
  };
  await inFolder((folder) => exportEntries(count, folder, sample));
  return peak;
}

/** Returns the shortest time of each side, which alternate. */
function timesOfVerification(count: number) {
  return inFolder(async (folder) => {
    await exportEntries(count, folder, () => undefined);
    let [verifyMs, bareMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < rounds; round += 1) {
      verifyMs = Math.min(verifyMs, await timed(() => verifyPack(readPackFolder(folder), [exampleSigner.key])));
      bareMs = Math.min(bareMs, await timed(async () => hashBare(count)));
    }
    return { verifyMs, bareMs };
  });
}

async function exportEntries(count: number, folder: string, onProgress: () => void): Promise<void> {
  const ports = {
    source: await sourceOf(count),
    folder,
    verifier: null,
    key: null,
    range: { since: null, until: null },
    now: () => new Date(),
  };
  await exportLog({ ...ports, onProgress }, settings);
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-bench-"));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

/** The digest of the event, of the leaf and of one node for each entry. */
function hashBare(count: number): void {
  const event = canonicalOf(many);
  const leaf = new Uint8Array(1 + 120);
  const node = new Uint8Array(65);
  for (let entry = 0; entry < count; entry += 1) {
    encodeHex(hash("sha256", event, "buffer"));
    hash("sha256", leaf, "buffer");
    hash("sha256", node, "buffer");
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
