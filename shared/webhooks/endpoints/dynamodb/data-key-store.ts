import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { dataKeyKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { parseItem } from "#shared/platform/dynamodb/stored-item.ts";
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
      const { isWritten } = await writeConditionally(client.send(new PutItemCommand(put)));
      if (isWritten) return dataKey;
      const existing = await get(orgId);
      if (existing === null) throw new Error(`The data key of organisation ${orgId} was removed.`);
      return existing;
    },
  };
}
