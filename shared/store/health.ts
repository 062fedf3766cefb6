import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { type Health, type HealthStore, initialHealth } from "../webhooks/health.ts";
import { textAttributes } from "./attributes.ts";
import { expiresAfter } from "./expiry.ts";
import { calling } from "./faults.ts";
import { healthKey } from "./keys.ts";
import { jsonOf, readItem } from "./stored-item.ts";

const keptForDays = 90;

const stored = z.object({
  version: z.number(),
  limit: z.number(),
  leases: jsonOf(z.array(z.object({ id: z.string(), slots: z.number(), until: z.number() }))),
  failures: z.number(),
  openings: z.number(),
  open_until: z.nullable(z.number()),
  failing_since: z.nullable(z.number()),
  last_success_at: z.nullable(z.number()),
});

/** How endpoints fare, in the deliveries table: one item each, replaced only by who has read what it replaces. */
export function healthStore(client: DynamoDBClient, table: string): HealthStore {
  return {
    async read(endpointId) {
      const Key = textAttributes(healthKey(endpointId));
      const { Item } = await calling(client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })));
      return Item === undefined ? initialHealth : readItem(stored, Item);
    },

    async write(endpointId, before, after) {
      const condition =
        before.version === initialHealth.version
          ? { ConditionExpression: "attribute_not_exists(pk)" }
          : {
              ConditionExpression: "#version = :version",
              ExpressionAttributeNames: { "#version": "version" },
              ExpressionAttributeValues: { ":version": { N: String(before.version) } },
            };
      const Item = toItem(endpointId, { ...after, version: before.version + 1 });
      try {
        await calling(client.send(new PutItemCommand({ TableName: table, Item, ...condition })));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}

/** Kept for a time after the latest moment that it tells of. */
function toItem(endpointId: string, health: Health): Record<string, AttributeValue> {
  const { leases, open_until, failing_since, last_success_at } = health;
  const moments = [open_until, failing_since, last_success_at, ...leases.map(({ until }) => until)];
  const latest = Math.max(0, ...moments.filter((moment) => moment !== null));
  return marshall({
    ...healthKey(endpointId),
    ...health,
    leases: JSON.stringify(leases),
    ...(latest === 0 ? {} : expiresAfter(latest, keptForDays)),
  });
}
