import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AdminStore } from "#shared/auth/admin/admin.ts";
import type { Token } from "#shared/auth/caller.ts";
import { ActivityError } from "#shared/errors.ts";
import { itemsOf, listedKeys, refusedItems } from "#shared/platform/dynamodb/batch-reads.ts";
import { orgKey, orgTokenKey, orgTokenPrefix, tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { createOrgAdminStore } from "./org-store.ts";
import { fromTokenItem, toTokenItem } from "./token-item.ts";

/** Organisations and tokens in the config table. */
export function createAdminStore(client: DynamoDBDocumentClient, table: string): AdminStore {
  const revokeToken = async (tokenId: string, at: string): Promise<Token | null> => {
    try {
      const answer = await mapTransientErrors(
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: tokenKey(tokenId),
            ConditionExpression: "attribute_exists(pk)",
            UpdateExpression: "SET revoked_at = if_not_exists(revoked_at, :at)",
            ExpressionAttributeValues: { ":at": at },
            ReturnValues: "ALL_NEW",
          }),
        ),
      );
      return fromTokenItem(answer.Attributes ?? {});
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  };

  return {
    ...createOrgAdminStore(client, table),

    async createToken(token) {
      const refused = await refusedItems(
        client.send(
          new TransactWriteCommand({
            TransactItems: [
              ...token.org_ids.map((orgId) => ({
                ConditionCheck: { TableName: table, Key: orgKey(orgId), ConditionExpression: "attribute_exists(pk)" },
              })),
              { Put: { TableName: table, Item: toTokenItem(token), ConditionExpression: "attribute_not_exists(pk)" } },
              ...token.org_ids.map((orgId) => ({
                Put: { TableName: table, Item: orgTokenKey(orgId, token.token_id) },
              })),
            ],
          }),
        ),
      );
      const missing = token.org_ids.filter((_, at) => refused[at]);
      if (missing.length > 0) {
        throw new ActivityError("not_found", `There is no organisation ${missing.join(", ")}: create it first.`, {
          field: "org_ids",
        });
      }
      if (refused.some(Boolean)) throw new ActivityError("conflict", "The token exists already.");
    },

    async listTokens(orgId) {
      const ids = await listedKeys(client, table, { pk: orgKey(orgId).pk, prefix: orgTokenPrefix });
      const tokens = (await itemsOf(client, table, ids.map(tokenKey))).map(fromTokenItem);
      return tokens.sort((left, right) => (left.created_at < right.created_at ? 1 : -1));
    },

    // What a client holds is on its own item, and is refused with it: this one write is all there is to do.
    revokeToken,
  };
}
