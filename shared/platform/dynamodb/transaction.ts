import { setTimeout } from "node:timers/promises";
import {
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { ActivityError } from "#shared/errors.ts";
import { mapTransientErrors } from "./transient-errors.ts";

/** Others may write the same items, or a partition may be throttled: eight attempts, in all within three seconds. */
const maxTries = 8;

const backOff = (tries: number) => setTimeout(Math.random() * 5 * 2 ** tries);

/** Why a transaction was cancelled without having written anything, and may succeed a moment later. */
const transient = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/**
 * Writes all items or none, made anew for each attempt. Answers for each item whether its condition refused it; all are
 * absent where the items are written. Throws `ActivityError` `unavailable` where others keep writing the same items.
 */
export async function transact(
  client: DynamoDBClient,
  items: () => readonly TransactWriteItem[],
  wait: (tries: number) => Promise<unknown> = backOff,
): Promise<boolean[]> {
  for (let tries = 1; ; tries++) {
    try {
      await mapTransientErrors(client.send(new TransactWriteItemsCommand({ TransactItems: [...items()] })));
      return [];
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const reasons = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      if (reasons.includes("ConditionalCheckFailed")) return reasons.map((code) => code === "ConditionalCheckFailed");
      if (tries === maxTries || !reasons.some((code) => transient.includes(code ?? ""))) {
        throw new ActivityError("unavailable", "The store is busy.", { retryAfter: 1, cause: error });
      }
      await wait(tries);
    }
  }
}
