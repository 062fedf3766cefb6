import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkEntries } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { parseChunkItem, toChunkItem } from "#shared/ledger/dynamodb/chunk-item.ts";
import { packEntries } from "#shared/ledger/dynamodb/packed-entries.ts";
import { type LedgerEntry, maxTamperKeyBytes } from "#shared/ledger/entry.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { anEventEntry, chunksOf, entryArbitrary, eventEntries } from "#test/support/ledger/entries.ts";

/** The maximum of one item: see "Quotas" in the developer guide of DynamoDB. */
const maxItemBytes = 409_600;

const chunksAfter = (count: number, entries: readonly LedgerEntry[]) =>
  [...chunksOf([...eventEntries(count), ...entries], { sizes: count === 0 ? [] : [count] })].map(({ chunk }) => chunk);

function itemBytes(item: AttributeMap): number {
  return Object.entries(item).reduce(
    (sum, [name, { S = "", N = "", B = "" }]) => sum + Buffer.byteLength(name + S + N) + B.length,
    0,
  );
}

describe("toChunkItem", () => {
  it("keeps chunks of any entries", () => {
    fc.assert(
      fc.property(
        fc.array(entryArbitrary, { minLength: 1, maxLength: 10 }),
        fc.constantFrom(0, 1, 250, 255),
        (entries, count) => {
          for (const chunk of chunksAfter(count, entries)) {
            expect(structuredClone(parseChunkItem(toChunkItem("org_a", chunk)))).toEqual(structuredClone(chunk));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("packs entries as documented", () => {
    const sha256 = new Uint8Array(32).fill(0xab);
    const event = anEventEntry("one", {
      event_id: "evt_000102030405060708090a0b0c0d0e0f",
      occurred_at: "1969-12-31T23:59:59.999Z",
      recorded_at: "2026-05-11T08:30:12.400Z",
      entity_id: "é",
      entity_type: "BILL",
      action: "BILL_PAID",
      sha256,
    });
    const packed = packEntries([
      event,
      { kind: "tamper", timeline: "t", position: "", sha256 },
      { kind: "anchor", sha256 },
    ]);
    const texts = "0002c3a9 000442494c4c 000942494c4c5f50414944";
    const expected = [
      `00 01 000102030405060708090a0b0c0d0e0f ffffffffffffffff 0000019e16287bb0 ${texts} ${"ab".repeat(32)}`,
      `01 000174 0000 ${"ab".repeat(32)}`,
      `02 ${"ab".repeat(32)}`,
    ];
    expect(Buffer.from(packed).toString("hex")).toBe(expected.join("").replaceAll(" ", ""));
  });

  it.each<[string, LedgerEntry]>([
    [
      "events",
      anEventEntry("one", { entity_id: "発".repeat(256), entity_type: "X".repeat(64), action: "A".repeat(64) }),
    ],
    [
      "tampering",
      {
        kind: "tamper",
        timeline: "x".repeat(maxTamperKeyBytes),
        position: "x".repeat(maxTamperKeyBytes),
        sha256: new Uint8Array(32),
      },
    ],
  ])("fits into an item with 256 of the largest %s", (_, entry) => {
    const [chunk] = chunksAfter(0, Array<LedgerEntry>(chunkEntries).fill(entry));
    expect(chunk?.size).toBe(chunkEntries);
    expect(chunk && itemBytes(toChunkItem("org_a", chunk))).toBeLessThan(maxItemBytes);
  });
});

describe("parseChunkItem", () => {
  const [, chunk = null] = chunksAfter(3, eventEntries(4, "later"));
  if (chunk === null) throw new Error("There is one chunk only.");
  const item = toChunkItem("org_a", chunk);
  const entries = Buffer.from(item.entries?.B ?? []);
  const withByte = (at: number, value: number) =>
    Buffer.concat([entries.subarray(0, at), Buffer.of(value), entries.subarray(at + 1)]);

  it.each<[string, AttributeMap]>([
    ["no entries", { ...item, entries: { B: new Uint8Array() } }],
    ["an entry of an unknown kind", { ...item, entries: { B: withByte(0, 3) } }],
    ["unknown flags", { ...item, entries: { B: withByte(1, 2) } }],
    ["a text that is not UTF-8", { ...item, entries: { B: withByte(36, 0xff) } }],
    ["a time out of range", { ...item, entries: { B: withByte(18, 0x7f) } }],
    ["bytes after its entries", { ...item, entries: { B: Buffer.concat([entries, Buffer.of(2)]) } }],
    ["an entry that ends too early", { ...item, entries: { B: entries.subarray(0, -1) } }],
    ["an entry too few", { ...item, entries: { B: packEntries(chunk.entries.slice(1)) } }],
    ["a size that is not a number", { ...item, size: { N: "x" } }],
    ["a negative index", { ...item, sk: { N: "-1" } }],
    ["a chunk across two tiles", { ...item, sk: { N: "254" }, size: { N: "258" } }],
    ["a frontier of another size", { ...item, frontier: { B: Buffer.concat(chunk.frontier.slice(1)) } }],
    ["a root that is not of its frontier", { ...item, root: { B: new Uint8Array(32) } }],
    ["a time that is not one", { ...item, at: { S: "2026-06-01" } }],
    ["no shard", { ...item, shard: { S: "" } }],
    ["no sequence number", { ...item, upto: { S: "1x" } }],
    ["a text instead of bytes", { ...item, root: { S: "root" } }],
  ])("throws DamagedChunkError with the key for %s", (_, damaged) => {
    expect(() => parseChunkItem(damaged)).toThrow(DamagedChunkError);
    expect(() => parseChunkItem(damaged)).toThrow(`log#org_a ${damaged.sk?.N}`);
  });

  it("throws DamagedChunkError for an item without attributes", () => {
    expect(() => parseChunkItem({})).toThrow(DamagedChunkError);
  });

  it("throws nothing else for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          parseChunkItem({ ...item, entries: { B: bytes } });
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedChunkError);
        }
      }),
    );
  });
});
