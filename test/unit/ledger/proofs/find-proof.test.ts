import { describe, expect, it } from "vitest";
import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { findProof } from "#shared/ledger/proofs/find-proof.ts";
import { testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { anEventEntry, chunksOf, putLog } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryLogKey, memoryProofPorts } from "#test/support/memory/proofs.ts";

const log = "org_8f9a1c2d";

async function aLog() {
  const recorded_at = testNow.toISOString();
  const entries = Array.from({ length: 300 }, (_, at) => anEventEntry(`event ${at}`, { recorded_at }));
  const ledger = memoryLedger();
  await putLog(ledger, log, chunksOf(entries, { sizes: [250, 6, 44] }));
  const { ports } = memoryProofPorts(ledger);
  const find = (stored: (typeof entries)[number] | null) =>
    findProof({ ...ports, findStoredEvent: async () => stored }, log, {
      entity_id: stored?.entity_id ?? "inv_none",
      event_id: stored?.event_id ?? "evt_none",
      occurred: { first: "2026-05-11T08:30:12.000Z", last: "2026-05-11T08:30:12.999Z" },
    });
  return { entries, find, key: await memoryLogKey(log) };
}

describe("findProof", () => {
  it.each([0, 249, 250, 299])("returns the proof of the event at index %d", async (index) => {
    const { entries, find, key } = await aLog();
    const proof = parseTlogProof(await find(entries[index] ?? null));
    expect(proof.index).toBe(index);
    expect((await verifyTlogProof(proof, leafHash(proof.extra ?? new Uint8Array()), [key])).size).toBe(300);
  });

  it("throws not_found without the event, and not_sealed while the event has no number", async () => {
    const { find } = await aLog();
    expect(await catchRejection(find(null))).toMatchObject({ code: "not_found" });
    const pending = anEventEntry("pending", { recorded_at: testNow.toISOString() });
    expect(await catchRejection(find(pending))).toMatchObject({ code: "not_sealed", context: { retryAfter: 1 } });
  });

  it.each([
    ["an hour", 3_600_000, 1],
    ["more than an hour", 3_600_001, 3_600],
    ["a year", 365 * 86_400_000, 3_600],
    ["minus a minute, by a clock that is ahead", -60_000, 1],
  ])(
    "asks for a retry of an event without a number that is %s old (%d ms) after %d seconds",
    async (_, age, retryAfter) => {
      const { find } = await aLog();
      const recorded_at = new Date(testNow.getTime() - age).toISOString();
      const { context, message, code } = await catchRejection(find(anEventEntry("old", { recorded_at })));
      expect([code, context.retryAfter]).toEqual(["not_sealed", retryAfter]);
      expect(message.includes("operator")).toBe(retryAfter > 1);
    },
  );
});
