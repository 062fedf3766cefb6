import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { AccessGrantStore } from "#shared/auth/issue-access-token.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { fromTokenItem, parseGrants, toGrantsAttribute } from "./token-item.ts";

/**
 * Creates the store of access tokens. They are on the items of their clients, so that one write counts a request and one
 * write revokes all of them. Each write is conditional on what was read before.
 */
export function createAccessGrantStore(client: DynamoDBClient, table: string): AccessGrantStore {
  const update = async (
    clientId: string,
    change: {
      ConditionExpression: string;
      UpdateExpression: string;
      names: Record<string, string>;
      values?: AttributeMap;
    },
  ) => {
    const { names, values, ...expressions } = change;
    const request = {
      TableName: table,
      Key: toStringAttributes(tokenKey(clientId)),
      ...expressions,
      ExpressionAttributeNames: names,
      ...(values !== undefined && { ExpressionAttributeValues: values }),
    };
    return (await writeConditionally(client.send(new UpdateItemCommand(request)))).isWritten;
  };

  return {
    async get(clientId) {
      const item = await getItem(client, table, tokenKey(clientId), (found) => found);
      if (item === null || fromTokenItem(item).revoked_at !== null) return null;
      return parseGrants(item);
    },

    replace(clientId, known, next) {
      const isKnown =
        Object.keys(known).length > 0 ? "#access = :known" : "(attribute_not_exists(#access) OR #access = :known)";
      return update(clientId, {
        ConditionExpression: `attribute_exists(pk) AND attribute_not_exists(revoked_at) AND ${isKnown}`,
        UpdateExpression: "SET #access = :next",
        names: { "#access": "access" },
        values: { ":known": toGrantsAttribute(known), ":next": toGrantsAttribute(next) },
      });
    },

    async revoke(clientId, hash) {
      await update(clientId, {
        ConditionExpression: "attribute_exists(#access.#hash)",
        UpdateExpression: "REMOVE #access.#hash",
        names: { "#access": "access", "#hash": hash },
      });
    },
  };
}
