import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { invalidToken } from "../access/authenticate.ts";
import type { ClientTokens } from "../access/client-tokens.ts";
import { textAttributes } from "./attributes.ts";
import { calling } from "./faults.ts";
import { issuedTokenKey, tokenKey } from "./keys.ts";
import { toTokenItem } from "./token-item.ts";
import { transact } from "./transaction.ts";

/** Access tokens in the config table. They end by their own time, and are forgotten some time after it. */
export function clientTokens(client: DynamoDBClient, table: string): ClientTokens {
  return {
    async issue(token) {
      const { client_id, token_id, expires_at } = token;
      const forgotten = { expires_at_seconds: Math.ceil(Date.parse(expires_at) / 1000) };
      const put = (item: Record<string, unknown>) => ({
        Put: {
          TableName: table,
          Item: marshall({ ...item, ...forgotten }),
          ConditionExpression: "attribute_not_exists(pk)",
        },
      });
      const refused = await transact(client, [
        {
          ConditionCheck: {
            TableName: table,
            Key: textAttributes(tokenKey(client_id)),
            ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(revoked_at)",
          },
        },
        put(toTokenItem(token)),
        // So that whoever revokes the client finds what it was given.
        put(issuedTokenKey(client_id, token_id)),
      ]);
      if (refused.some(Boolean)) throw invalidToken();
    },

    async revoke(clientId, tokenId, at) {
      try {
        await calling(
          client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: textAttributes(tokenKey(tokenId)),
              ConditionExpression: "client_id = :client",
              UpdateExpression: "SET revoked_at = if_not_exists(revoked_at, :at)",
              ExpressionAttributeValues: textAttributes({ ":client": clientId, ":at": at }),
            }),
          ),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
