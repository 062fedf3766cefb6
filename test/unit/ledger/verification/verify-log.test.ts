import { describe, expect, it } from "vitest";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { rootOf } from "#shared/ledger/merkle/frontier.ts";
import { formatLogDefect } from "#shared/ledger/verification/log-defect.ts";
import { verifyLog } from "#shared/ledger/verification/verify-log.ts";
import { createMemoryLog, followingChunk, headOf, type MemoryLog } from "#test/support/ledger/random-log.ts";
import { storedLog } from "#test/support/ledger/stored-log.ts";

const log = createMemoryLog([3, 200, 53, 256, 10]);
const head = headOf(log);
const withChunk = (at: number, changes: Partial<Chunk>): MemoryLog => ({
  ...log,
  chunks: log.chunks.map((chunk, index) => (index === at ? { ...chunk, ...changes } : chunk)),
});
const defectOf = async (changed: MemoryLog, checkpoint = head) => {
  const defect = await verifyLog(checkpoint, storedLog(changed));
  return defect === null ? null : formatLogDefect(defect);
};

describe("verifyLog", () => {
  it("returns null for the log that was signed, for an older checkpoint and for an empty log", async () => {
    expect(await defectOf(log)).toBeNull();
    expect(await defectOf(log, log.chunks[1])).toBeNull();
    expect(await defectOf({ chunks: [], events: new Map() }, { size: 0, root: rootOf([]) })).toBeNull();
  });

  it("accepts a checkpoint within a chunk", async () => {
    const two = {
      size: 2,
      root: followingChunk([], createMemoryLog([2]).chunks[0]?.entries.filter(isEvent) ?? []).root,
    };
    expect(await defectOf(log, two)).toBeNull();
    expect(await defectOf(log, { ...two, root: head.root })).toBe(
      "At or before sequence 2: the entries do not have the root of the checkpoint.",
    );
  });

  it("reads chunks that come one by one", async () => {
    async function* read() {
      yield* log.chunks;
    }
    expect(await verifyLog(head, { ...storedLog(log), chunks: read() })).toBeNull();
  });

  it.each([
    ["entries in another number than its end", { size: 204 }, "has 200 entries, but ends at 204"],
    ["no entries", { entries: [], size: 3 }, "has no entries"],
    ["the beginning of the one before", { first: 0 }, "begins with sequence 1 again"],
    ["an earlier time", { sealed_at: "2026-05-11T07:59:59.999Z" }, "is older than the one before"],
    ["another root", { root: rootOf([]) }, "entries do not have the root of the chunk"],
    ["another frontier", { frontier: [rootOf([])] }, "entries do not have the frontier of the chunk"],
  ])("names the chunk that has %s", async (_, changes, problem) => {
    expect(await defectOf(withChunk(1, changes))).toMatch(
      new RegExp(`^Sequences? 4( to 20[34])?: the (chunk )?${problem}\\.$`),
    );
  });

  it("names a chunk that crosses a multiple of 256", async () => {
    const [first, second, third, ...others] = log.chunks;
    if (first === undefined || second === undefined || third === undefined) throw new Error("The log has no chunks.");
    const entries = [second, third, ...others.slice(0, 1)].flatMap((chunk) => chunk.entries.filter(isEvent));
    const crossing = followingChunk([first], entries);
    expect(await defectOf({ ...log, chunks: [first, crossing] })).toBe(
      "Sequences 4 to 512: the chunk crosses a multiple of 256.",
    );
  });

  it.each([
    ["event_id", { event_id: "evt_other" }],
    ["entity_id", { entity_id: "inv_2" }],
    ["entity_type", { entity_type: "BILL" }],
    ["action", { action: "INVOICE_PAID" }],
    ["occurred_at", { occurred_at: "2026-05-11T08:00:00.001Z" }],
  ])("names the entry whose %s is not that of its event", async (_, changes) => {
    const [entry, ...entries] = log.chunks[0]?.entries.filter(isEvent) ?? [];
    if (entry === undefined) throw new Error("The log has no entry.");
    const changed = { ...entry, ...changes };
    const events = new Map(log.events).set(changed, log.events.get(entry) ?? "");
    expect(await defectOf({ ...withChunk(0, { entries: [changed, ...entries] }), events })).toBe(
      "Sequence 1: the entry does not repeat its event.",
    );
  });

  it("accepts an entry with the table's time instead of the writer's", async () => {
    const [entry, ...entries] = log.chunks[0]?.entries.filter(isEvent) ?? [];
    if (entry === undefined) throw new Error("The log has no entry.");
    const trusted = { ...entry, recorded_at: "2026-05-11T09:00:00.000Z" };
    const events = new Map(log.events).set(trusted, log.events.get(entry) ?? "");
    expect(await defectOf({ ...withChunk(0, { entries: [trusted, ...entries] }), events })).toBeNull();
  });

  it("does not compare the content of entries that are not events", async () => {
    const [chunk] = log.chunks;
    const [entry] = chunk?.entries ?? [];
    if (entry === undefined) throw new Error("The log has no entry.");
    const tamper = { kind: "tamper" as const, timeline: "t", position: "p", sha256: entry.sha256 };
    const changed = withChunk(0, { entries: [tamper, ...(chunk?.entries.slice(1) ?? [])] });
    expect(await defectOf(changed)).toBe("Sequences 1 to 3: the entries do not have the root of the chunk.");
  });
});

function isEvent<T extends { readonly kind: string }>(entry: T): entry is Extract<T, { kind: "event" }> {
  return entry.kind === "event";
}
