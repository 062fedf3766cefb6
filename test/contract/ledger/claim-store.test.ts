import { randomUUID } from "node:crypto";
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { createClaimStore } from "#shared/ledger/dynamodb/claim-store.ts";
import type { ShardClaim, ShardClaims } from "#shared/ledger/sequencer/shard-claim.ts";
import { claimKey } from "#shared/platform/dynamodb/keys.ts";
import { testNow } from "#test/support/builders.ts";
import { createLedgerTables, ledgerTables } from "#test/support/dynamodb/ledger-tables.ts";
import { memoryClaims } from "#test/support/memory/ledger.ts";

let client: DynamoDBClient;
let real: ShardClaims;
beforeAll(async () => {
  client = await createLedgerTables();
  real = createClaimStore(client, claimStoreOptions);
});
const claimStoreOptions = { table: ledgerTables.config, ledgerTable: ledgerTables.ledger, now: () => testNow };
const memory = memoryClaims();

const newShard = () => `shardId-${randomUUID()}`;

const aClaim = (over: Partial<ShardClaim> = {}): ShardClaim => ({
  version: 1,
  sequencedTo: 7n,
  claimedTo: 49_600_000_000_000_000_000_000_000_001n,
  scanFrom: new Map([
    ["org_a", 3],
    ["~unknown", 0],
  ]),
  ...over,
});

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("claim store in %s", (_, claims) => {
  it("returns the last claim of a shard", async () => {
    const shard = newShard();
    expect(await claims().get(shard)).toBeNull();
    for (const claim of [aClaim(), aClaim({ version: 2, scanFrom: new Map() })]) {
      expect(await claims().put(shard, claim)).toBe(true);
      expect(await claims().get(shard)).toEqual(claim);
    }
  });

  it("stores no claim over another version", async () => {
    const shard = newShard();
    expect(await claims().put(shard, aClaim({ version: 2 }))).toBe(false);
    await claims().put(shard, aClaim());
    for (const version of [1, 3]) expect(await claims().put(shard, aClaim({ version }))).toBe(false);
    expect(await claims().get(shard)).toEqual(aClaim());
  });

  it("stores one of several claims at the same time", async () => {
    const shard = newShard();
    const stored = await Promise.all(Array.from({ length: 10 }, () => claims().put(shard, aClaim())));
    expect(stored.filter((isStored) => isStored)).toHaveLength(1);
  });
});

it("createClaimStore returns no claim of another ledger", async () => {
  const shard = newShard();
  await real.put(shard, aClaim());
  const restored = createClaimStore(client, { ...claimStoreOptions, ledgerTable: "restored_ledger" });
  expect(await restored.get(shard)).toBeNull();
});

it("createClaimStore keeps a claim for two days", async () => {
  const shard = newShard();
  await real.put(shard, aClaim());
  const Key = marshall(claimKey(ledgerTables.ledger, shard));
  const { Item } = await client.send(new GetItemCommand({ TableName: ledgerTables.config, Key }));
  expect(Item?.expires_at_seconds).toEqual({ N: String(testNow.getTime() / 1_000 + 2 * 24 * 3_600) });
});

it.each([
  { version: 1, sequenced_to: "1", claimed_to: "1", scan_from: "{" },
  { version: 1, sequenced_to: "1", claimed_to: "1", scan_from: '{"org_a":-1}' },
  { version: 1, sequenced_to: "x", claimed_to: "1", scan_from: "{}" },
  { sequenced_to: "1", claimed_to: "1", scan_from: "{}" },
])("createClaimStore throws for the damaged claim %j", async (damaged) => {
  const shard = newShard();
  const Item = marshall({ ...claimKey(ledgerTables.ledger, shard), ...damaged });
  await client.send(new PutItemCommand({ TableName: ledgerTables.config, Item }));
  await expect(real.get(shard)).rejects.toThrow(`Item sequencer#${ledgerTables.ledger}#${shard} claim has no valid`);
});
