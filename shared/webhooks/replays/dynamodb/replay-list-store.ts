import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { expiresAfter } from "#shared/platform/dynamodb/attributes.ts";
import { replayListKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import { deliveryRetentionDays } from "#shared/webhooks/delivery-lifetime.ts";
import type { ReplayList, ReplayListStore } from "#shared/webhooks/replays/replay.ts";

const replayListItemSchema = z.object({
  replays: z.array(z.object({ endpoint_id: z.string(), replay_id: z.string() })),
  version: z.number(),
});

const empty: ReplayList = { replays: [], version: 0 };

/** Creates the store of each organisation's list of replays, in the deliveries table. */
export function replayListStore(client: DynamoDBClient, table: string, now: () => Date): ReplayListStore {
  return {
    async get(orgId) {
      return (
        (await getItem(client, table, replayListKey(orgId), (item) => parseItem(replayListItemSchema, item))) ?? empty
      );
    },

    async replace(orgId, { version }, replays) {
      const list = { replays, version: version + 1, ...expiresAfter(now().getTime(), deliveryRetentionDays) };
      const put = {
        TableName: table,
        Item: marshall({ ...replayListKey(orgId), ...list }),
        ConditionExpression: version === 0 ? "attribute_not_exists(pk)" : "#version = :version",
        ...(version > 0 && {
          ExpressionAttributeNames: { "#version": "version" },
          ExpressionAttributeValues: marshall({ ":version": version }),
        }),
      };
      return (await writeConditionally(client.send(new PutItemCommand(put)))).isWritten;
    },
  };
}
