import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { AdminStore } from "#shared/auth/admin/admin.ts";
import { ActivityError } from "#shared/errors.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { orgKey, orgTokenKey, orgTokenPrefix, tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { batchGet, listSuffixes, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { transact } from "#shared/platform/dynamodb/transaction.ts";
import { createOrgAdminStore } from "./org-store.ts";
import { fromTokenItem, toTokenItem } from "./token-item.ts";

/** Creates the store of organisations and tokens in the config table. */
export function createAdminStore(client: DynamoDBClient, table: string): AdminStore {
  return {
    ...createOrgAdminStore(client, table),

    async createToken(token) {
      const { org_ids, token_id } = token;
      const ifOrgExists = (orgId: string) => ({
        TableName: table,
        Key: toStringAttributes(orgKey(orgId)),
        ConditionExpression: "attribute_exists(pk)",
      });
      const put = { TableName: table, Item: toTokenItem(token), ConditionExpression: "attribute_not_exists(pk)" };
      const listItem = (orgId: string) => toStringAttributes(orgTokenKey(orgId, token_id));
      const refused = await transact(client, () => [
        ...org_ids.map((orgId) => ({ ConditionCheck: ifOrgExists(orgId) })),
        { Put: put },
        ...org_ids.map((orgId) => ({ Put: { TableName: table, Item: listItem(orgId) } })),
      ]);
      const missing = org_ids.filter((_, at) => refused[at]);
      if (missing.length > 0) {
        throw new ActivityError("not_found", `Organisation ${missing.join(", ")} does not exist. Create it first.`, {
          field: "org_ids",
        });
      }
      if (refused.some(Boolean)) throw new ActivityError("conflict", "The token exists already.");
    },

    async listTokens(orgId) {
      const ids = await listSuffixes(client, table, { pk: orgKey(orgId).pk, prefix: orgTokenPrefix });
      const items = await batchGet(client, table, ids.map(tokenKey));
      const tokens = items.map(fromTokenItem);
      return tokens.sort((left, right) => (left.created_at < right.created_at ? 1 : -1));
    },

    // The access tokens of a client are on its own item, so this one write revokes them as well.
    async revokeToken(tokenId, at) {
      const update = {
        TableName: table,
        Key: toStringAttributes(tokenKey(tokenId)),
        ConditionExpression: "attribute_exists(pk)",
        UpdateExpression: "SET revoked_at = if_not_exists(revoked_at, :at)",
        ExpressionAttributeValues: toStringAttributes({ ":at": at }),
        ReturnValues: "ALL_NEW",
      } as const;
      const result = await writeConditionally(client.send(new UpdateItemCommand(update)));
      return result.isWritten ? fromTokenItem(result.output.Attributes ?? {}) : null;
    },
  };
}
