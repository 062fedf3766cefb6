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

/** A client whose calls end so, one after the other; then all end well. */
function clientThatMeets(...troubles: Error[]) {
  const client = new DynamoDBClient({ region: "us-east-1" });
  const send = vi.spyOn(client, "send").mockImplementation(() => {
    const trouble = troubles.shift();
    return trouble === undefined ? Promise.resolve({}) : Promise.reject(trouble);
  });
  return { client, send };
}

describe("a transaction", () => {
  it("tells nothing where it is written", async () => {
    expect(await transact(clientThatMeets().client, () => [])).toEqual([]);
  });

  it("tells whose condition refused it, also where others were in its way beside that", async () => {
    const { client, send } = clientThatMeets(cancelled("None", "ConditionalCheckFailed", "TransactionConflict"));
    expect(await transact(client, () => [])).toEqual([false, true, false]);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("that others are in the way of is tried again", async () => {
    const conflict = cancelled("None", "TransactionConflict");
    const { client, send } = clientThatMeets(conflict, conflict, conflict, conflict);
    expect(await transact(client, () => [])).toEqual([]);
    expect(send).toHaveBeenCalledTimes(5);
  });

  it("is given up as unavailable when others are always in the way", async () => {
    const { client, send } = clientThatMeets(...Array.from({ length: 9 }, () => cancelled("TransactionConflict")));
    const waited: number[] = [];
    const wait = async (tries: number) => waited.push(tries);
    expect(await catchRejection(transact(client, () => [], wait))).toMatchObject({
      code: "unavailable",
      context: { retryAfter: 1 },
    });
    expect(send).toHaveBeenCalledTimes(8);
    expect(waited).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it.each(["ThrottlingError", "ProvisionedThroughputExceeded"])("is tried again after %s", async (code) => {
    const { client, send } = clientThatMeets(cancelled("None", code), cancelled(code));
    expect(
      await transact(
        client,
        () => [],
        async () => undefined,
      ),
    ).toEqual([]);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it("is unavailable immediately for any other reason", async () => {
    const { client, send } = clientThatMeets(cancelled("None", "ItemCollectionSizeLimitExceeded"));
    expect(await catchRejection(transact(client, () => []))).toMatchObject({ code: "unavailable" });
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("has its items made anew for each attempt", async () => {
    const { client } = clientThatMeets(cancelled("TransactionConflict"), cancelled("TransactionConflict"));
    let made = 0;
    const items = () => {
      made += 1;
      return [];
    };
    await transact(client, items, async () => undefined);
    expect(made).toBe(3);
  });

  it("that is wrong is a defect, thrown on as it is", async () => {
    const defect = new Error("ValidationException");
    await expect(transact(clientThatMeets(defect).client, () => [])).rejects.toBe(defect);
  });
});
