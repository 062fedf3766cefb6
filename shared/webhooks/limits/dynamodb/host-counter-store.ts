import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { expiresAfter } from "#shared/platform/dynamodb/expiry.ts";
import { destinationKey } from "#shared/platform/dynamodb/keys.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import type { DestinationStore } from "#shared/webhooks/limits/host-rate-limit.ts";

const keptForDays = 1;

/** A clock that lags counts in the window that is open, and never turns it back. */
const windowIsOpen = "#window >= :window AND sends <= :room";
const windowIsOver = "attribute_not_exists(pk) OR #window < :window";

const maxTries = 3;

/** Counts of sends to each host, in the deliveries table: one item a host, and one for each organisation that
 * sends it much, of which only the newest window is kept. */
export function destinationStore(client: DynamoDBClient, table: string): DestinationStore {
  /** Adds to the open window, or opens the next one. Returns what stood in the way; `null` if it was done. */
  const update = async (destination: string, isNew: boolean, values: Readonly<Record<string, unknown>>) => {
    const { ":room": room, ":expires": expires, ...common } = values;
    const request = {
      TableName: table,
      Key: textAttributes(destinationKey(destination)),
      ConditionExpression: isNew ? windowIsOver : windowIsOpen,
      UpdateExpression: isNew
        ? "SET #window = :window, sends = :sends, expires_at_seconds = :expires"
        : "ADD sends :sends",
      ExpressionAttributeNames: { "#window": "window" },
      ExpressionAttributeValues: marshall({ ...common, ...(isNew ? { ":expires": expires } : { ":room": room }) }),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    try {
      await calling(client.send(new UpdateItemCommand(request)));
      return null;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return error.Item ?? {};
      throw error;
    }
  };

  return {
    async count(destination, window, sends, limit) {
      const values = {
        ":window": window.getTime(),
        ":sends": sends,
        ":room": limit - sends,
        ":expires": expiresAfter(window.getTime(), keptForDays).expires_at_seconds,
      };
      let isNew = false;
      for (let tries = 0; tries < maxTries; tries++) {
        const standing = await update(destination, isNew, values);
        if (standing === null) return true;
        if (!isNew && isOpen(standing, window)) return false;
        // Opening it lost against another instance, or there is none to count in.
        isNew = !isNew;
      }
      return false;
    },
  };
}

function isOpen(item: Record<string, AttributeValue>, window: Date): boolean {
  return item.window?.N !== undefined && Number(item.window.N) >= window.getTime();
}
