import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { TokenUses } from "../access/authenticate.ts";
import { textAttributes } from "./attributes.ts";
import { calling } from "./faults.ts";
import { tokenKey } from "./keys.ts";
import { fromTokenItem } from "./token-item.ts";

/** A clock that lags behind another function's counts in the window that is open, and never turns it back. */
const windowIsOpen = "rate_window >= :window";
const windowIsOver = "attribute_exists(pk) AND (attribute_not_exists(rate_window) OR rate_window < :window)";

/**
 * Reads a token and counts its use in one conditional write, so that a request costs one round trip for identity,
 * revocation, rate and last use together. Only the first request of a window needs a second one, which opens the
 * window.
 */
export function tokenUses(client: DynamoDBClient, table: string): TokenUses {
  const update = async (tokenId: string, window: Date, condition: string, expression: string) => {
    try {
      const answer = await calling(
        client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: textAttributes(tokenKey(tokenId)),
            ConditionExpression: condition,
            UpdateExpression: expression,
            ExpressionAttributeValues: { ":window": { S: window.toISOString() }, ":one": { N: "1" } },
            ReturnValues: "ALL_NEW",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      const item = unmarshall(answer.Attributes ?? {});
      return { token: fromTokenItem(item), used: Number(item.rate_used) };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return error.Item ? "other" : "unknown";
      throw error;
    }
  };

  return {
    async use(tokenId, window) {
      const counted = await update(tokenId, window, windowIsOpen, "ADD rate_used :one");
      if (typeof counted === "object") return counted;
      if (counted === "unknown") return null;
      const opened = await update(tokenId, window, windowIsOver, "SET rate_window = :window, rate_used = :one");
      if (typeof opened === "object") return opened;
      const joined = opened === "unknown" ? opened : await update(tokenId, window, windowIsOpen, "ADD rate_used :one");
      return typeof joined === "object" ? joined : null;
    },
  };
}
