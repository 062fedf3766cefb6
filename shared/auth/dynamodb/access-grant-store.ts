import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { AccessGrantStore } from "#shared/auth/client-tokens.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { getItem } from "#shared/platform/dynamodb/get-item.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { fromTokenItem, parseGrants } from "./token-item.ts";

/**
 * Access tokens on the items of their clients, so that one write on that item counts their requests, and one revokes
 * them all. Every change states what it expects to find.
 */
export function createAccessGrantStore(client: DynamoDBClient, table: string): AccessGrantStore {
  const update = async (
    clientId: string,
    change: { ConditionExpression: string; UpdateExpression: string; names: Record<string, string>; values?: object },
  ) => {
    const { names, values, ...expressions } = change;
    const request = {
      TableName: table,
      Key: toStringAttributes(tokenKey(clientId)),
      ...expressions,
      ExpressionAttributeNames: names,
      ...(values !== undefined && { ExpressionAttributeValues: marshall(values) }),
    };
    try {
      await mapTransientErrors(client.send(new UpdateItemCommand(request)));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  return {
    async get(clientId) {
      const item = await getItem(client, table, tokenKey(clientId), (found) => unmarshall(found));
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
        values: { ":known": known, ":next": next },
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
