import { createHash } from "node:crypto";
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { expiresAfter, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { scheduledAttemptKey, scheduledAttemptsPartition } from "#shared/platform/dynamodb/keys.ts";
import { jsonText, parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import {
  deliveryMessageSchema,
  type ScheduledDeliveryStore,
  scheduleShardCount,
} from "#shared/webhooks/deliveries/delivery.ts";

/** Entries of one query. */
const pageSize = 100;

/** An entry is removed when its attempt is enqueued. One that is left for so long is obsolete. */
const keptForDays = 30;

const storedEntrySchema = z.object({ sk: z.string(), message: jsonText(deliveryMessageSchema) });

/**
 * Creates the store of scheduled attempts in the deliveries table, spread over partitions. The same attempt at the same
 * time is one entry.
 */
export function scheduledDeliveryStore(client: DynamoDBClient, table: string): ScheduledDeliveryStore {
  return {
    async add(message, dueAt) {
      const Item = marshall({
        ...scheduledAttemptKey(shardOf(message.delivery_id), dueAt, message),
        message: JSON.stringify(message),
        ...expiresAfter(dueAt.getTime(), keptForDays),
      });
      await mapTransientErrors(client.send(new PutItemCommand({ TableName: table, Item })));
    },

    async listDue(shard, now) {
      const query = {
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk < :later",
        // `$` is the character after the `#` that follows the time.
        ExpressionAttributeValues: toStringAttributes({
          ":pk": scheduledAttemptsPartition(shard),
          ":later": `${now.toISOString()}$`,
        }),
        ConsistentRead: true,
        Limit: pageSize,
      };
      const { Items = [] } = await mapTransientErrors(client.send(new QueryCommand(query)));
      const parsed = await Promise.allSettled(Items.map(async (item) => parseItem(storedEntrySchema, item)));
      const entries = parsed.flatMap((result) =>
        result.status === "fulfilled" ? [{ message: result.value.message, shard, key: result.value.sk }] : [],
      );
      // A damaged entry stays and is reported each time, but must not block the entries after it.
      const damage = parsed.find(({ status }) => status === "rejected");
      if (entries.length === 0 && damage?.status === "rejected") throw damage.reason;
      return entries;
    },

    async remove(entries) {
      const remove = ({ shard, key }: (typeof entries)[number]) => {
        const Key = toStringAttributes({ pk: scheduledAttemptsPartition(shard), sk: key });
        return mapTransientErrors(client.send(new DeleteItemCommand({ TableName: table, Key })));
      };
      await Promise.all(entries.map(remove));
    },
  };
}

/** Returns the partition of a delivery's attempts. */
export function shardOf(deliveryId: string): number {
  return createHash("sha256").update(deliveryId).digest().readUInt32BE() % scheduleShardCount;
}
