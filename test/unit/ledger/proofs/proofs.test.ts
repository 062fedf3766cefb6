import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkpointTtlMs, getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { parseCheckpoint, verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { entryData, parseEntryData } from "#shared/ledger/formats/entry-data.ts";
import { parseHash } from "#shared/ledger/formats/hash-line.ts";
import { parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { appendLeaves, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { getConsistency } from "#shared/ledger/proofs/get-consistency.ts";
import { getProof } from "#shared/ledger/proofs/get-proof.ts";
import { getTile } from "#shared/ledger/proofs/get-tile.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { anEventEntry, chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryLogKey, memoryProofPorts } from "#test/support/memory/proofs.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const log = "org_8f9a1c2d";

/** Chunks of a log that are added after each other, each followed by a checkpoint. */
async function signedLog(sizes: readonly number[]) {
  const ledger = memoryLedger();
  const entries = eventEntries(sizes.reduce((sum, size) => sum + size, 0));
  const memory = memoryProofPorts(ledger);
  const signedSizes: number[] = [];
  for (const chunk of chunksOf(entries, { sizes })) {
    await putLog(ledger, log, [chunk]);
    memory.pass(checkpointTtlMs);
    signedSizes.push((await getCheckpoint(memory.ports, log, 1)).size);
  }
  memory.tiles.reads.length = 0;
  return { ...memory, ledger, signedSizes, key: await memoryLogKey(log) };
}

/** Verifies the text of a consistency proof, as a client does that has the older checkpoint. */
async function verifyConsistencyText(text: string, older: string, key: VerificationKey) {
  const end = text.indexOf("\n\n");
  const [old = "", ...hashes] = text.slice(0, end).split("\n");
  const before = parseCheckpoint(parseSignedNote(older).text);
  const after = await verifyCheckpoint(text.slice(end + 2), [key]);
  expect(old).toBe(`old ${before.size}`);
  verifyConsistency(
    before,
    after,
    hashes.map((line) => parseHash(line, "hash")),
  );
  return after;
}

const chunkSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 256 })), {
  minLength: 1,
  maxLength: 12,
});

describe("getProof", () => {
  it("returns a proof that verifies, for any entry, chunks and size that was signed", async () => {
    await fc.assert(
      fc.asyncProperty(chunkSizes, fc.nat(), fc.nat(), async (sizes, at, by) => {
        const { ports, signedSizes, ledger, key } = await signedLog(sizes);
        const size = signedSizes[at % signedSizes.length] ?? 0;
        const sequence = 1 + (by % size);
        const proof = parseTlogProof(await getProof(ports, log, { sequence, size }));
        expect(proof.index).toBe(sequence - 1);
        const chunk = ledger.logs.get(log)?.find((one) => one.first < sequence && sequence <= one.size);
        const sha256 = chunk?.entries[proof.index - chunk.first]?.sha256 ?? new Uint8Array();
        expect(parseEntryData(proof.extra ?? new Uint8Array())).toEqual({
          kind: "event",
          sealedAt: chunk?.sealed_at,
          sha256: Uint8Array.from(sha256),
        });
        const checkpoint = await verifyTlogProof(proof, leafHash(proof.extra ?? new Uint8Array()), [key]);
        expect(checkpoint.size).toBe(size);
      }),
      { numRuns: 30 },
    );
  });

  it("returns the event as it is stored", async () => {
    const ledger = memoryLedger();
    const [vector] = trustVectors.entries;
    if (vector === undefined) throw new Error("There is no vector.");
    const event_id = vector.item.event_id ?? "";
    const entry = anEventEntry("vector", { event_id, sha256: Buffer.from(vector.sha256, "hex") });
    await putLog(ledger, log, chunksOf([entry], { now: new Date(vector.sealed_at) }));
    const item = Object.fromEntries(Object.entries(vector.item).map(([name, S]) => [name, { S }]));
    const { ports } = memoryProofPorts(ledger, new Map([[event_id, item]]));
    const { extra } = parseTlogProof(await getProof(ports, log, { sequence: 1, size: null }));
    expect(parseLoggedEntry(extra ?? new Uint8Array())).toMatchObject({
      kind: "event",
      sealedAt: vector.sealed_at,
      canonical: vector.canonical,
    });
  });

  const item = { action: { S: "INVOICE_SENT" } };
  const sha256 = createHash("sha256").update('{"action":"INVOICE_SENT"}').digest();

  it.each([
    ["was changed", { item: { action: { S: "INVOICE_PAID" } }, entity_type: "INVOICE" }],
    ["is missing", { item: null, entity_type: "INVOICE" }],
    ["is of a type that is not shown", { item, entity_type: "WEBHOOK_ENDPOINT" }],
  ])("returns only the entry of an event that %s", async (_, { item, entity_type }) => {
    const ledger = memoryLedger();
    const entry = anEventEntry("event", { sha256, entity_type });
    await putLog(ledger, log, chunksOf([entry]));
    const { ports } = memoryProofPorts(ledger, new Map(item === null ? [] : [[entry.event_id, item]]));
    const { extra } = parseTlogProof(await getProof(ports, log, { sequence: 1, size: null }));
    const [chunk] = ledger.logs.get(log) ?? [];
    expect(Buffer.from(extra ?? [])).toEqual(Buffer.from(entryData("event", chunk?.sealed_at ?? "", entry.sha256)));
  });

  it("throws for a size that was not signed, and for one that does not cover the entry", async () => {
    const { ports } = await signedLog([2, 3]);
    const unsigned = await catchRejection(getProof(ports, log, { sequence: 1, size: 3 }));
    expect([unsigned.code, unsigned.message]).toEqual([
      "not_found",
      "No checkpoint of size 3 was signed. Omit it for the latest one.",
    ]);
    const outside = await catchRejection(getProof(ports, log, { sequence: 3, size: 2 }));
    expect([outside.code, outside.context.field]).toEqual(["invalid_value", "size"]);
  });

  it("reads consistently what an eventually consistent read does not find yet", async () => {
    const { ports, key } = await signedLog([100, 100]);
    const tiles = {
      ...ports.tiles,
      listChunks: async (...[name, range, isConsistent]: Parameters<typeof ports.tiles.listChunks>) => {
        const chunks = await ports.tiles.listChunks(name, range, isConsistent);
        return isConsistent ? chunks : chunks.slice(0, -1);
      },
    };
    const proof = parseTlogProof(await getProof({ ...ports, tiles }, log, { sequence: 150, size: null }));
    await expect(verifyTlogProof(proof, leafHash(proof.extra ?? new Uint8Array()), [key])).resolves.toMatchObject({
      size: 200,
    });
  });
});

describe("getConsistency", () => {
  it("returns a proof that verifies, between any two checkpoints", async () => {
    await fc.assert(
      fc.asyncProperty(chunkSizes, fc.nat(), fc.nat(), async (sizes, a, b) => {
        const { ports, signedSizes, key } = await signedLog(sizes);
        const picked = [a, b].map((at) => signedSizes[at % signedSizes.length] ?? 0).sort((x, y) => x - y);
        const [from = 0, to = 0] = picked;
        const older = (await ports.checkpoints.findBySize(log, { min: from, max: from }))?.note ?? "";
        const text = await getConsistency(ports, log, { from, to });
        expect((await verifyConsistencyText(text, older, key)).size).toBe(to);
      }),
      { numRuns: 30 },
    );
  });

  it("leads to the latest checkpoint by default", async () => {
    const { ports, key } = await signedLog([3, 300]);
    const older = (await ports.checkpoints.findBySize(log, { min: 3, max: 3 }))?.note ?? "";
    const text = await getConsistency(ports, log, { from: 3, to: null });
    expect((await verifyConsistencyText(text, older, key)).size).toBe(303);
  });

  it("throws for a size that was not signed, and for one that is too large", async () => {
    const { ports } = await signedLog([2, 3]);
    expect((await catchRejection(getConsistency(ports, log, { from: 2, to: 4 }))).code).toBe("not_found");
    expect((await catchRejection(getConsistency(ports, log, { from: 6, to: 5 }))).code).toBe("invalid_value");
    expect((await catchRejection(getConsistency(ports, log, { from: 6, to: null }))).code).toBe("not_sealed");
  });
});

describe("getTile", () => {
  it("returns tiles from which the root can be computed", async () => {
    const { ports, ledger } = await signedLog([256, 256, 44, 3]);
    const tile = (level: number, index: number, width: number) => getTile(ports, log, { level, index, width });
    const [nodes, leaves] = [await tile(1, 0, 2), await tile(0, 2, 47)];
    const hashes = (bytes: Uint8Array) =>
      Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(32 * at, 32 * at + 32));
    expect([nodes.length, leaves.length]).toEqual([64, 47 * 32]);
    const head = ledger.logs.get(log)?.at(-1);
    const partial = appendLeaves([], 0, hashes(leaves));
    const [left, right] = hashes(nodes);
    if (left === undefined || right === undefined) throw new Error("The tile has too few hashes.");
    expect(rootOf([rootOf([left, right]), ...partial])).toEqual(head?.root);
    expect((await tile(0, 0, 256)).length).toBe(256 * 32);
  });

  it("returns the entries of a tile, each with its length", async () => {
    const { ports, ledger } = await signedLog([2]);
    const bundle = await getTile(ports, log, { level: "entries", index: 0, width: 2 });
    const [chunk] = ledger.logs.get(log) ?? [];
    const data = chunk?.entries.map(({ kind, sha256 }) => entryData(kind, chunk.sealed_at, sha256)) ?? [];
    const expected = data.flatMap((bytes) => [Buffer.of(0, bytes.length), Buffer.from(bytes)]);
    expect(Buffer.from(bundle)).toEqual(Buffer.concat(expected));
  });

  it.each([
    ["full, before a checkpoint covers it", { level: 0, index: 1, width: 256 }],
    ["partial, of a size that was not signed", { level: 0, index: 0, width: 7 }],
    ["partial, of entries that were not signed", { level: "entries", index: 1, width: 3 }],
    ["of nodes, of a size that was not signed", { level: 1, index: 0, width: 2 }],
    ["beyond all logs", { level: 63, index: 9, width: 256 }],
  ] as const)("throws not_found for a tile that is %s", async (_, tile) => {
    const { ports } = await signedLog([5, 251, 4]);
    expect((await catchRejection(getTile(ports, log, tile))).code).toBe("not_found");
  });

  it("returns partial tiles of every level of a size that was signed", async () => {
    const { ports } = await signedLog([5, 251, 4]);
    const lengths = await Promise.all(
      [
        { level: 0, index: 0, width: 5 },
        { level: 0, index: 0, width: 256 },
        { level: 0, index: 1, width: 4 },
        { level: 1, index: 0, width: 1 },
      ].map(async (tile) => (await getTile(ports, log, tile)).length / 32),
    );
    expect(lengths).toEqual([5, 256, 4, 1]);
  });
});
