import { createHash } from "node:crypto";
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { expiresAfter } from "#shared/platform/dynamodb/expiry.ts";
import { dueKey, duePartition } from "#shared/platform/dynamodb/keys.ts";
import { jsonOf, readItem } from "#shared/platform/dynamodb/stored-item.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import { type DueStore, deliveryMessage, dueShards } from "#shared/webhooks/deliveries/delivery.ts";

/** Entries of one answer at most. */
const pageSize = 100;

/** An entry is removed when its attempt is enqueued; what is left so long after its time was forgotten by all. */
const keptForDays = 30;

const stored = z.object({ sk: z.string(), message: jsonOf(deliveryMessage) });

/**
 * Attempts that wait in the deliveries table for their time, spread over partitions. The same attempt at the same time
 * is one entry.
 */
export function dueStore(client: DynamoDBClient, table: string): DueStore {
  return {
    async add(message, dueAt) {
      const Item = marshall({
        ...dueKey(shardOf(message.delivery_id), dueAt, message),
        message: JSON.stringify(message),
        ...expiresAfter(dueAt.getTime(), keptForDays),
      });
      await calling(client.send(new PutItemCommand({ TableName: table, Item })));
    },

    async due(shard, now) {
      const query = {
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk < :later",
        // `$` is the character after the `#` that follows the time.
        ExpressionAttributeValues: textAttributes({ ":pk": duePartition(shard), ":later": `${now.toISOString()}$` }),
        ConsistentRead: true,
        Limit: pageSize,
      };
      const { Items = [] } = await calling(client.send(new QueryCommand(query)));
      const readings = await Promise.allSettled(Items.map(async (item) => readItem(stored, item)));
      const entries = readings.flatMap((reading) =>
        reading.status === "fulfilled" ? [{ message: reading.value.message, shard, key: reading.value.sk }] : [],
      );
      // A damaged one stays, and is told of each time; it must not hold up those behind it.
      const damage = readings.find(({ status }) => status === "rejected");
      if (entries.length === 0 && damage?.status === "rejected") throw damage.reason;
      return entries;
    },

    async remove(entries) {
      const remove = ({ shard, key }: (typeof entries)[number]) => {
        const Key = textAttributes({ pk: duePartition(shard), sk: key });
        return calling(client.send(new DeleteItemCommand({ TableName: table, Key })));
      };
      await Promise.all(entries.map(remove));
    },
  };
}

/** The partition of a delivery's attempts. */
export function shardOf(deliveryId: string): number {
  return createHash("sha256").update(deliveryId).digest().readUInt32BE() % dueShards;
}
