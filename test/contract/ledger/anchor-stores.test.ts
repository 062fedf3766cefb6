import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { maxRoundHeads } from "#shared/ledger/anchors/anchor-round.ts";
import type { AnchorProgress, RoundStore } from "#shared/ledger/anchors/ports.ts";
import { createAnchorProgressStore } from "#shared/ledger/dynamodb/anchor-progress-store.ts";
import { createRoundStore } from "#shared/ledger/dynamodb/round-store.ts";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { createLedgerTables, ledgerTables } from "#test/support/dynamodb/ledger-tables.ts";
import { anchoredHeads } from "#test/support/ledger/anchors.ts";
import { memoryAnchorProgress, memoryRounds } from "#test/support/memory/anchors.ts";

const seed = new Uint8Array(32).fill(7);

let client: Awaited<ReturnType<typeof createLedgerTables>>;
let stores: { readonly rounds: RoundStore; readonly progress: AnchorProgress }[];

const progressOf = (ledgerTable: string) =>
  createAnchorProgressStore(client, { table: ledgerTables.config, ledgerTable });

beforeAll(async () => {
  client = await createLedgerTables();
  stores = [
    { rounds: createRoundStore(client, ledgerTables.ledger), progress: progressOf("ledger") },
    { rounds: memoryRounds(), progress: memoryAnchorProgress() },
  ];
});

describe.each([
  ["DynamoDB", 0],
  ["memory", 1],
])("the stores of anchors in %s", (_, at) => {
  const store = () => stores[at] ?? fail();

  it("return the heads and the seed of a round, which may be put twice", async () => {
    const root = leafHash("round");
    const heads = [...anchoredHeads(2), { log: "~unknown", size: Number.MAX_SAFE_INTEGER, root: seed }];
    const round = { heads, seed };
    await store().rounds.put(root, round);
    await store().rounds.put(root, round);
    expect(await store().rounds.get(root)).toEqual(round);
  });

  it("store a round of as many heads as it may have, with the longest ids", async () => {
    const heads = anchoredHeads(maxRoundHeads).map((head, index) => ({ ...head, log: `${index}`.padEnd(64, "x") }));
    const root = leafHash("large");
    await store().rounds.put(root, { heads, seed });
    const stored = await store().rounds.get(root);
    expect(stored.heads.map(({ log, size }) => [log, size])).toEqual(heads.map(({ log, size }) => [log, size]));
  });

  it("throw DamagedRoundError for a round that is missing", async () => {
    await expect(store().rounds.get(leafHash("none"))).rejects.toThrow("is missing");
  });

  it("never reduce the number of rounds that are outside", async () => {
    const { progress } = store();
    expect(await progress.get("bucket#a")).toBe(0);
    for (const rounds of [5, 9, 7]) await progress.put("bucket#a", rounds);
    expect([await progress.get("bucket#a"), await progress.get("bucket#b")]).toEqual([9, 0]);
  });
});

describe("createRoundStore", () => {
  it("throws DamagedRoundError when the heads cannot be read", async () => {
    const root = leafHash("damaged");
    const Item = {
      pk: { S: `round#${encodeHex(root)}` },
      sk: { N: "0" },
      heads: { B: Uint8Array.of(0, 9, 1) },
      seed: { B: seed },
    };
    await client.send(new PutItemCommand({ TableName: ledgerTables.ledger, Item }));
    await expect(createRoundStore(client, ledgerTables.ledger).get(root)).rejects.toThrow("ends too early");
  });
});

describe("createAnchorProgressStore", () => {
  it("begins anew with another ledger", async () => {
    await progressOf("before").put("bucket#c", 4);
    expect([await progressOf("before").get("bucket#c"), await progressOf("after").get("bucket#c")]).toEqual([4, 0]);
  });
});

function fail(): never {
  throw new Error("no store");
}
