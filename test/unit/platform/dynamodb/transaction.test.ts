import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { describe, expect, it, vi } from "vitest";
import { transact } from "#shared/platform/dynamodb/transaction.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: "Transaction cancelled",
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

/** Returns a client whose calls fail with these errors in turn, and then succeed. */
function createFailingClient(...errors: Error[]) {
  const client = new DynamoDBClient({ region: "us-east-1" });
  const send = vi.spyOn(client, "send").mockImplementation(() => {
    const error = errors.shift();
    return error === undefined ? Promise.resolve({}) : Promise.reject(error);
  });
  return { client, send };
}

describe("transact", () => {
  it("returns an empty array if all items were written", async () => {
    expect(await transact(createFailingClient().client, () => [])).toEqual([]);
  });

  it("returns which conditions failed without another attempt, also after a conflict", async () => {
    const { client, send } = createFailingClient(cancelled("None", "ConditionalCheckFailed", "TransactionConflict"));
    expect(await transact(client, () => [])).toEqual([false, true, false]);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("retries after a conflict", async () => {
    const conflict = cancelled("None", "TransactionConflict");
    const { client, send } = createFailingClient(conflict, conflict, conflict, conflict);
    expect(await transact(client, () => [])).toEqual([]);
    expect(send).toHaveBeenCalledTimes(5);
  });

  it("throws unavailable after eight conflicts", async () => {
    const { client, send } = createFailingClient(...Array.from({ length: 9 }, () => cancelled("TransactionConflict")));
    const waited: number[] = [];
    const wait = async (attempt: number) => waited.push(attempt);
    expect(await catchRejection(transact(client, () => [], wait))).toMatchObject({
      code: "unavailable",
      context: { retryAfter: 1 },
    });
    expect(send).toHaveBeenCalledTimes(8);
    expect(waited).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it.each(["ThrottlingError", "ProvisionedThroughputExceeded"])("retries after %s", async (code) => {
    const { client, send } = createFailingClient(cancelled("None", code), cancelled(code));
    expect(
      await transact(
        client,
        () => [],
        async () => undefined,
      ),
    ).toEqual([]);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it("throws unavailable without another attempt for any other reason", async () => {
    const { client, send } = createFailingClient(cancelled("None", "ItemCollectionSizeLimitExceeded"));
    expect(await catchRejection(transact(client, () => []))).toMatchObject({ code: "unavailable" });
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("calls items for each attempt", async () => {
    const { client } = createFailingClient(cancelled("TransactionConflict"), cancelled("TransactionConflict"));
    let made = 0;
    const items = () => {
      made += 1;
      return [];
    };
    await transact(client, items, async () => undefined);
    expect(made).toBe(3);
  });

  it("throws other errors unchanged", async () => {
    const defect = new Error("ValidationException");
    await expect(transact(createFailingClient(defect).client, () => [])).rejects.toBe(defect);
  });
});
