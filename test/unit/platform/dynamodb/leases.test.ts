import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { describe, expect, it, vi } from "vitest";
import { acquireItemLease } from "#shared/platform/dynamodb/leases.ts";
import { testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

/** Acquires a lease from a DynamoDB that fails with an error of this name. */
function acquireFrom(errorName: string) {
  const client = new DynamoDBClient({ region: "us-east-1" });
  vi.spyOn(client, "send").mockImplementation(async () => {
    throw Object.assign(new Error("detail"), { name: errorName });
  });
  const item = { key: { pk: "a", sk: "b" }, slots: [1, 2], attribute: (slot: number) => `l${slot}`, mustExist: false };
  return acquireItemLease(client, "table", item, { now: testNow, until: testNow });
}

describe("acquireItemLease", () => {
  it("returns no lease when DynamoDB throttles the item, which has too many requests", async () => {
    expect(await acquireFrom("ProvisionedThroughputExceededException")).toEqual({ slot: null, freeAt: null });
  });

  it("throws unavailable when the table is", async () => {
    expect(await catchRejection(acquireFrom("InternalServerError"))).toMatchObject({ code: "unavailable" });
  });
});
