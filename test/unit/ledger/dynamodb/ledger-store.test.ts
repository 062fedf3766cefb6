import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { chunksOf, eventEntries } from "#test/support/ledger/entries.ts";

const details = { $metadata: {}, message: "injected" };

const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({ ...details, CancellationReasons: codes.map((Code) => ({ Code })) });

/** Stores a chunk by a client whose every call fails with this error. */
async function putWith(error: Error, entries: number): Promise<boolean> {
  const client = new DynamoDBClient({ region: "us-east-1", credentials: { accessKeyId: "x", secretAccessKey: "x" } });
  client.middlewareStack.add(() => () => Promise.reject(error), { step: "initialize" });
  const [built] = chunksOf(eventEntries(entries));
  if (built === undefined) throw new Error("There is no chunk.");
  return createLedgerStore(client, "ledger").put("org_a", built.chunk, built.tileRoots);
}

const throttled = Object.assign(new Error("slow down"), { name: "ThrottlingException" });

describe("createLedgerStore", () => {
  it.each<[string, Error, number]>([
    ["the key of a chunk is taken", new ConditionalCheckFailedException(details), 1],
    ["a transaction is writing the chunk", new TransactionConflictException(details), 1],
    [
      "the key of a chunk that completes a tile is taken",
      cancelled("ConditionalCheckFailed", "ConditionalCheckFailed"),
      256,
    ],
    ["another transaction is writing the chunk", cancelled("TransactionConflict", "None"), 256],
    ["another transaction is writing the node", cancelled("None", "TransactionConflict"), 256],
    ["the same transaction is running", new TransactionInProgressException(details), 256],
  ])("returns false when %s", async (_, error, entries) => {
    expect(await putWith(error, entries)).toBe(false);
  });

  it.each<[string, Error, number]>([
    ["a put", throttled, 1],
    ["a transaction", throttled, 256],
    ["an item of a transaction", cancelled("None", "ThrottlingError"), 256],
  ])("throws unavailable when %s is throttled", async (_, error, entries) => {
    await expect(putWith(error, entries)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("throws when a node is in the ledger without its chunk", async () => {
    const error = cancelled("None", "ConditionalCheckFailed");
    await expect(putWith(error, 256)).rejects.toThrow(DamagedChunkError);
  });
});
