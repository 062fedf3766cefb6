import { beforeAll, describe, expect, it } from "vitest";
import type { CheckpointStore, SignedCheckpoint } from "#shared/ledger/checkpoints/checkpoint-store.ts";
import { createCheckpointStore } from "#shared/ledger/dynamodb/checkpoint-store.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createTileStore } from "#shared/ledger/dynamodb/tile-store.ts";
import { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import type { TileStore } from "#shared/ledger/tiles/tile-store.ts";
import { createLedgerTables, ledgerTables } from "#test/support/dynamodb/ledger-tables.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryCheckpoints, memoryTiles } from "#test/support/memory/proofs.ts";

const sizes = [3, 253, 256, 10, 1];

let stores: { readonly checkpoints: CheckpointStore; readonly tiles: TileStore }[];

beforeAll(async () => {
  const client = await createLedgerTables();
  const entries = eventEntries(sizes.reduce((sum, size) => sum + size, 0));
  const ledger = createLedgerStore(client, ledgerTables.ledger);
  const memory = memoryLedger();
  for (const one of [ledger, memory]) await putLog(one, "org_1", chunksOf(entries, { sizes }));
  stores = [
    {
      checkpoints: createCheckpointStore(client, ledgerTables.config),
      tiles: createTileStore(client, ledgerTables.ledger),
    },
    { checkpoints: memoryCheckpoints(), tiles: memoryTiles(memory) },
  ];
});

const aCheckpoint = (size: number): SignedCheckpoint => ({
  size,
  frontier: Array.from({ length: size.toString(2).replaceAll("0", "").length }, (_, at) => new Uint8Array(32).fill(at)),
  note: `note ${size}`,
  signed_at: "2026-05-11T08:14:03.100Z",
});

describe.each([
  ["DynamoDB", 0],
  ["memory", 1],
] as const)("checkpoints in %s", (_, at) => {
  const checkpoints = () => stores[at]?.checkpoints ?? memoryCheckpoints();

  it("are stored unless another was stored since the latest was read", async () => {
    const store = checkpoints();
    expect(await store.getLatest("org_1")).toBeNull();
    expect(await store.put("org_1", aCheckpoint(7), null)).toBe(true);
    expect(await store.put("org_1", aCheckpoint(8), null)).toBe(false);
    expect(await store.put("org_1", aCheckpoint(300), aCheckpoint(7))).toBe(true);
    expect(await store.put("org_1", aCheckpoint(301), aCheckpoint(7))).toBe(false);
    expect(await store.getLatest("org_1")).toEqual(aCheckpoint(300));
    expect(await store.getLatest("org_2")).toBeNull();
  });

  it("are replaced by one of the same size with more signatures, once", async () => {
    const store = checkpoints();
    const signed = aCheckpoint(9);
    const resigned = { ...signed, note: "note 9, signed by two keys" };
    expect(await store.put("org_3", signed, null)).toBe(true);
    expect(await store.put("org_3", resigned, signed)).toBe(true);
    expect(await store.put("org_3", resigned, signed)).toBe(false);
    expect(await store.put("org_3", aCheckpoint(10), signed)).toBe(false);
    expect(await store.getLatest("org_3")).toEqual(resigned);
    expect(await store.findBySize("org_3", { min: 1, max: 99 })).toEqual(resigned);
  });

  it("are found by their size, the smallest of a range first", async () => {
    const find = async (min: number, max: number) =>
      (await checkpoints().findBySize("org_1", { min, max }))?.size ?? null;
    expect([await find(7, 7), await find(8, 299), await find(1, 300), await find(8, 1_000)]).toEqual([7, null, 7, 300]);
    expect(await checkpoints().findBySize("org_2", { min: 1, max: 9 })).toBeNull();
  });
});

describe("tiles in DynamoDB", () => {
  it.each([
    [0, 0, 256],
    [0, 256, 512],
    [0, 512, 523],
    [0, 512, 522],
    [1, 0, 2],
    [1, 1, 2],
    [2, 0, 1],
  ])("of level %d from %d to before %d are those of the log in memory", async (level, first, end) => {
    const range = { level, first, end };
    const [stored, expected] = await Promise.all(
      stores.map(async ({ tiles }) => ({
        chunks: (await tiles.listChunks("org_1", range, true)).map((chunk) => [chunk.first, chunk.size]),
        nodes: level === 0 ? [] : (await tiles.listNodes("org_1", range, true)).map((hash) => Buffer.from(hash)),
      })),
    );
    expect(stored?.nodes).toEqual(expected?.nodes);
    if (level === 0) expect(stored?.chunks).toEqual(expected?.chunks);
  });

  it("are missing for another log", async () => {
    const tiles = new LogTiles(stores[0]?.tiles ?? memoryTiles(memoryLedger()), "org_2", { size: 3 });
    await expect(tiles.readSubtrees([{ height: 0, index: 0 }])).rejects.toThrow(
      "The log org_2 lacks hashes of level 0 from 0 to before 3.",
    );
  });
});
