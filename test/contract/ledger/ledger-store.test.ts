import { randomUUID } from "node:crypto";
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { chunkEntries } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import type { LedgerReader, LedgerWriter } from "#shared/ledger/ports.ts";
import { createLedgerTables, ledgerTables } from "#test/support/dynamodb/ledger-tables.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";

let client: DynamoDBClient;
let real: LedgerReader & LedgerWriter;
beforeAll(async () => {
  client = await createLedgerTables();
  real = createLedgerStore(client, ledgerTables.ledger);
});
const memory = memoryLedger();

/** Returns a copy in which all bytes are of the same class: stores return some as `Buffer`. */
const plain = <T>(value: T): T => structuredClone(value);

const newLog = () => `org_${randomUUID()}`;

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("ledger store in %s", (_, ledger) => {
  it("returns no chunk of an empty log", async () => {
    const log = newLog();
    expect(await ledger().getNewestChunk(log)).toBeNull();
    expect(await ledger().listChunks(log, { from: 0 })).toEqual({ chunks: [], next: null });
    expect(await ledger().listChunks(log, { from: 7 })).toEqual({ chunks: [], next: null });
  });

  it("returns chunks as they were stored, and the newest", async () => {
    const log = newLog();
    const stored = await putLog(ledger(), log, chunksOf(eventEntries(300), { sizes: [1, 7, 100] }));
    const { chunks, next } = await ledger().listChunks(log, { from: 0, isConsistent: true });
    expect(plain(chunks)).toEqual(plain(stored));
    expect(next).toBeNull();
    expect(plain(await ledger().getNewestChunk(log, true))).toEqual(plain(stored.at(-1)));
  });

  it("starts a page at the chunk that contains an index", async () => {
    const log = newLog();
    await putLog(ledger(), log, chunksOf(eventEntries(20), { sizes: [5, 5, 5, 5] }));
    const firsts = async (from: number, limit?: number) => {
      const page = await ledger().listChunks(log, { from, ...(limit !== undefined && { limit }) });
      return { firsts: page.chunks.map(({ first }) => first), next: page.next };
    };
    expect(await firsts(4)).toEqual({ firsts: [0, 5, 10, 15], next: null });
    expect(await firsts(5)).toEqual({ firsts: [5, 10, 15], next: null });
    expect(await firsts(6, 2)).toEqual({ firsts: [5, 10], next: 15 });
    expect(await firsts(5, 2)).toEqual({ firsts: [5, 10], next: 15 });
    expect(await firsts(19)).toEqual({ firsts: [15], next: null });
    expect(await firsts(20)).toEqual({ firsts: [], next: null });
  });

  it("stores no chunk where one is", async () => {
    const log = newLog();
    const [stored] = await putLog(ledger(), log, chunksOf(eventEntries(3)));
    for (const { chunk, tileRoots } of chunksOf(eventEntries(4, "other"))) {
      expect(await ledger().put(log, chunk, tileRoots)).toBe(false);
    }
    expect(plain(await ledger().getNewestChunk(log))).toEqual(plain(stored));
  });

  it("stores a chunk that completes a tile once, however many are stored at the same time", async () => {
    const log = newLog();
    await putLog(ledger(), log, chunksOf(eventEntries(200)));
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const entries = [...eventEntries(200), ...eventEntries(56, `writer ${writer}`)];
      const [, built] = chunksOf(entries, { sizes: [200] });
      if (built === undefined) throw new Error("There is no second chunk.");
      // A writer that meets a running transaction stores nothing, and tries again like a sequencer.
      const isFull = async () => (await ledger().getNewestChunk(log, true))?.size === chunkEntries;
      for (;;) {
        if (await ledger().put(log, built.chunk, built.tileRoots)) return true;
        if (await isFull()) return false;
      }
    });
    const stored = (await Promise.all(writers)).filter((isStored) => isStored);
    // A stored chunk whose response was lost would not be counted; the engine loses none.
    expect(stored).toHaveLength(1);
  });
});

it("createLedgerStore stores the root of each tile that a chunk completes", async () => {
  const log = newLog();
  const built = [...chunksOf(eventEntries(600))];
  await putLog(real, log, built);
  const hashes = built.flatMap(({ tileRoots }) => tileRoots.map(({ hash }) => hash));
  expect(hashes).toHaveLength(2);
  for (const [index, hash] of hashes.entries()) {
    const Key = { pk: { S: `node#${log}#1` }, sk: { N: String(index) } };
    const { Item } = await client.send(new GetItemCommand({ TableName: ledgerTables.ledger, Key }));
    expect(plain(Item?.hash?.B)).toEqual(plain(hash));
  }
});

it("createLedgerStore throws when a node exists without the chunk that completes it", async () => {
  const log = newLog();
  const node = { pk: { S: `node#${log}#1` }, sk: { N: "0" }, hash: { B: new Uint8Array(32) } };
  await client.send(new PutItemCommand({ TableName: ledgerTables.ledger, Item: node }));
  const [built] = chunksOf(eventEntries(chunkEntries));
  if (built === undefined) throw new Error("There is no chunk.");
  const put = real.put(log, built.chunk, built.tileRoots);
  await expect(put).rejects.toThrow(DamagedChunkError);
  await expect(put).rejects.toThrow(`log#${log} 0`);
});

it("createLedgerStore reads all pages of a log that has more than 1 MB", async () => {
  const log = newLog();
  const long = "x".repeat(256);
  const entries = eventEntries(20 * chunkEntries).map((entry) => ({ ...entry, entity_id: long, action: long }));
  const stored = await putLog(real, log, chunksOf(entries));
  const pages = [];
  for (let next: number | null = 0; next !== null; ) {
    const page = await real.listChunks(log, { from: next });
    pages.push(page.chunks);
    next = page.next;
  }
  expect(pages.length).toBeGreaterThan(1);
  expect(plain(pages.flat())).toEqual(plain(stored));
});
