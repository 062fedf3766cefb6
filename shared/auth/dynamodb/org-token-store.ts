import {
  type DynamoDBClient,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { OrgTokenStore } from "#shared/auth/org-tokens.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { orgTokenKey, orgTokenPrefix, tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { batchGet, getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { fromTokenItem, toOrgRevocation } from "./token-item.ts";

/** Creates the store of the tokens of organisations in the config table. */
export function createOrgTokenStore(client: DynamoDBClient, table: string): OrgTokenStore {
  return {
    async list(orgId, { limit, after }) {
      const { pk } = orgTokenKey(orgId, "");
      const request = {
        TableName: table,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: toStringAttributes({ ":pk": pk, ":prefix": orgTokenPrefix }),
        ConsistentRead: true,
        Limit: limit + 1,
        ...(after !== null && { ExclusiveStartKey: toStringAttributes(orgTokenKey(orgId, after)) }),
      };
      const { Items = [] } = await mapTransientErrors(client.send(new QueryCommand(request)));
      const ids = Items.map(({ sk }) => (sk?.S ?? "").slice(orgTokenPrefix.length));
      const shown = ids.slice(0, limit);
      const tokens = (await batchGet(client, table, shown.map(tokenKey))).map(fromTokenItem);
      return {
        tokens: tokens.sort((left, right) => (left.token_id < right.token_id ? -1 : 1)),
        next: ids.length > limit ? (shown.at(-1) ?? null) : null,
      };
    },

    get: (tokenId) => getItem(client, table, tokenKey(tokenId), fromTokenItem),

    async revoke(tokenId, { orgId, at, isLast }) {
      const update: UpdateItemCommandInput = {
        TableName: table,
        Key: toStringAttributes(tokenKey(tokenId)),
        ConditionExpression: "attribute_exists(pk)",
        UpdateExpression: `ADD revoked_orgs :org${isLast ? " SET revoked_at = if_not_exists(revoked_at, :at)" : ""}`,
        ExpressionAttributeValues: {
          ":org": { SS: [toOrgRevocation(orgId, at)] },
          ...(isLast && { ":at": { S: at } }),
        },
        ReturnValues: "ALL_NEW",
      };
      const result = await writeConditionally(client.send(new UpdateItemCommand(update)));
      return result.isWritten ? fromTokenItem(result.output.Attributes ?? {}) : null;
    },
  };
}
