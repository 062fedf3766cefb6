import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { getItem } from "#shared/platform/dynamodb/get-item.ts";
import { dataKeyKey } from "#shared/platform/dynamodb/keys.ts";
import { readItem } from "#shared/platform/dynamodb/stored-item.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import type { DataKeyStore } from "#shared/webhooks/endpoints/endpoint.ts";

const stored = z.object({ data_key: z.string() });

/** The encrypted data keys of organisations in the config table. */
export function dataKeyStore(client: DynamoDBClient, config: string): DataKeyStore {
  const get = (orgId: string) => getItem(client, config, dataKeyKey(orgId), (item) => readItem(stored, item).data_key);

  return {
    get,

    async create(orgId, dataKey) {
      const Item = textAttributes({ ...dataKeyKey(orgId), data_key: dataKey });
      const put = { TableName: config, Item, ConditionExpression: "attribute_not_exists(pk)" };
      try {
        await calling(client.send(new PutItemCommand(put)));
        return dataKey;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
      const first = await get(orgId);
      if (first === null) throw new Error(`The data key of organisation ${orgId} was removed.`);
      return first;
    },
  };
}
