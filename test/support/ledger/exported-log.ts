import { createHash } from "node:crypto";
import type { LogSource } from "#clients/cli/export/log-source.ts";
import { getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { formatVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { appendLeaves } from "#shared/ledger/merkle/frontier.ts";
import { type ExportedEntry, leafOf } from "#shared/ledger/pack/entry-line.ts";
import { getConsistency } from "#shared/ledger/proofs/get-consistency.ts";
import { testNow } from "#test/support/builders.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryLogKey, memoryProofPorts } from "#test/support/memory/proofs.ts";
import { anEventEntry, chunksOf, putLog } from "./entries.ts";

export const exportedOrg = "org_8f9a1c2d";

const day = (at: number) => new Date(testNow.getTime() + at * 60_000).toISOString();

/** A log of events, a minute after each other, whose canonical form and digest belong together, and a source of it. */
export async function exportedLog(count: number) {
  const contents = Array.from({ length: count }, (_, at) =>
    JSON.stringify({ action: "INVOICE_SENT", event_id: `evt_${at}`, occurred_at: day(at), text: "Straße\u2028" }),
  );
  const digests = contents.map((content) => Uint8Array.from(createHash("sha256").update(content).digest()));
  const ledger = memoryLedger();
  const logged = digests.map((sha256, at) => anEventEntry(`event ${at}`, { sha256 }));
  await putLog(ledger, exportedOrg, chunksOf(logged));
  const { ports } = memoryProofPorts(ledger);
  const entries = contents.map((event, at): ExportedEntry => {
    const sha256 = Buffer.from(digests[at] ?? []).toString("hex");
    return { sequence: at + 1, kind: "event", sealed_at: testNow.toISOString(), sha256, event };
  });
  const source: LogSource = {
    getCheckpoint: async (sequence) => (await getCheckpoint(ports, exportedOrg, sequence ?? 1)).note,
    getConsistency: (from, to) => getConsistency(ports, exportedOrg, { from, to }),
    readEntries: async (after, limit) => entries.slice(after, after + Math.min(limit, 1_000)),
    readFrontier: async (sequence) => appendLeaves([], 0, entries.slice(0, sequence).map(leafOf)),
  };
  return { entries, source, key: formatVerificationKey(await memoryLogKey(exportedOrg)) };
}
