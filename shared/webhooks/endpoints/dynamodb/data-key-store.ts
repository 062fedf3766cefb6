import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { getItem } from "#shared/platform/dynamodb/get-item.ts";
import { dataKeyKey } from "#shared/platform/dynamodb/keys.ts";
import { parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import type { DataKeyStore } from "#shared/webhooks/endpoints/endpoint.ts";

const dataKeyItemSchema = z.object({ data_key: z.string() });

/** Creates the store of the organisations' encrypted data keys in the config table. */
export function dataKeyStore(client: DynamoDBClient, config: string): DataKeyStore {
  const get = (orgId: string) =>
    getItem(client, config, dataKeyKey(orgId), (item) => parseItem(dataKeyItemSchema, item).data_key);

  return {
    get,

    async create(orgId, dataKey) {
      const Item = toStringAttributes({ ...dataKeyKey(orgId), data_key: dataKey });
      const put = { TableName: config, Item, ConditionExpression: "attribute_not_exists(pk)" };
      try {
        await mapTransientErrors(client.send(new PutItemCommand(put)));
        return dataKey;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
      const existing = await get(orgId);
      if (existing === null) throw new Error(`The data key of organisation ${orgId} was removed.`);
      return existing;
    },
  };
}
