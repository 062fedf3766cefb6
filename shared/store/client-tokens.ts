import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { invalidToken } from "../access/authenticate.ts";
import type { ClientTokens } from "../access/client-tokens.ts";
import { ActivityError } from "../events/errors.ts";
import { textAttributes } from "./attributes.ts";
import { calling } from "./faults.ts";
import { getItem } from "./get-item.ts";
import { issuedTokenKey, tokenKey } from "./keys.ts";
import { fromTokenItem, toTokenItem } from "./token-item.ts";
import { transact } from "./transaction.ts";

/** Access tokens in the config table. They end by their own time, and are forgotten some time after it. */
export function clientTokens(client: DynamoDBClient, table: string): ClientTokens {
  const revoke: ClientTokens["revoke"] = async (clientId, tokenId, at) => {
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
  };

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
      // The second, so that whoever revokes the client finds what it was given.
      const items = [put(toTokenItem(token)), put(issuedTokenKey(client_id, token_id))];
      const refused = await transact(client, () => items);
      if (refused.some(Boolean)) throw new ActivityError("conflict", "The token exists already.");
      // Looked at after the token is listed: who revokes the client at the same time is seen here, or sees it there. A
      // condition in the transaction would get into the way of every request that is counted on the client's item.
      const known = await getItem(client, table, tokenKey(client_id), (item) => fromTokenItem(unmarshall(item)));
      if (known !== null && known.revoked_at === null) return;
      await revoke(client_id, token_id, token.created_at);
      throw invalidToken();
    },

    revoke,
  };
}
