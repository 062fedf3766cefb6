import { setTimeout } from "node:timers/promises";
import {
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { ActivityError } from "../events/errors.ts";
import { calling } from "./faults.ts";

/**
 * Others may be at the same items: who loses against them tries again, each time a little later, in all within a
 * second.
 */
const maxTries = 8;

const backOff = (tries: number) => setTimeout(Math.random() * 5 * 2 ** tries);

/**
 * Writes all items or none. Answers for each item whether its condition refused it; all are absent where the items are
 * written. Throws `ActivityError` `unavailable` where others keep writing the same items.
 */
export async function transact(
  client: DynamoDBClient,
  items: readonly TransactWriteItem[],
  wait: (tries: number) => Promise<unknown> = backOff,
): Promise<boolean[]> {
  for (let tries = 1; ; tries++) {
    try {
      await calling(client.send(new TransactWriteItemsCommand({ TransactItems: [...items] })));
      return [];
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const reasons = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      if (reasons.includes("ConditionalCheckFailed")) return reasons.map((code) => code === "ConditionalCheckFailed");
      if (tries === maxTries || !reasons.includes("TransactionConflict")) {
        throw new ActivityError("unavailable", "The store is busy.", { retryAfter: 1, cause: error });
      }
      await wait(tries);
    }
  }
}
