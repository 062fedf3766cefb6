import { setTimeout } from "node:timers/promises";
import {
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { ActivityError } from "#shared/errors.ts";
import { mapTransientErrors } from "./transient-errors.ts";

/** For conflicts with other transactions and for throttling. The attempts take three seconds at most. */
const maxAttempts = 8;

const backOff = (attempt: number) => setTimeout(Math.random() * 5 * 2 ** attempt);

/** Cancellation reasons after which the same transaction may succeed. */
const transientReasons = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/**
 * Writes all items or none. Calls `items` for each attempt. Returns whether the condition of each item failed; an empty
 * array if all items were written. Throws `ActivityError` `unavailable` after repeated conflicts.
 */
export async function transact(
  client: DynamoDBClient,
  items: () => readonly TransactWriteItem[],
  wait: (attempt: number) => Promise<unknown> = backOff,
): Promise<boolean[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mapTransientErrors(client.send(new TransactWriteItemsCommand({ TransactItems: [...items()] })));
      return [];
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const reasons = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      if (reasons.includes("ConditionalCheckFailed")) return reasons.map((code) => code === "ConditionalCheckFailed");
      if (attempt === maxAttempts || !reasons.some((code) => transientReasons.includes(code ?? ""))) {
        throw new ActivityError("unavailable", "The store is busy.", { retryAfter: 1, cause: error });
      }
      await wait(attempt);
    }
  }
}
