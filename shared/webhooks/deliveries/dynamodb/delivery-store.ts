import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { attemptKey, attemptPrefix, deliveryKey } from "#shared/platform/dynamodb/keys.ts";
import { batchGet, getItem, queryAll } from "#shared/platform/dynamodb/operations.ts";
import { knownOrUnrecognised, parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import { type DeliveryStore, deliveryMessageSchema, deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { fromAttemptItem } from "./attempt-item.ts";
import { createDeliveryClaims } from "./delivery-claim.ts";
import { fromDeliveryItem } from "./delivery-item.ts";
import { deliveryPages } from "./delivery-page.ts";
import { createDeliveryWrites } from "./delivery-writes.ts";

const storedStatusSchema = z.object({
  delivery_id: deliveryMessageSchema.shape.delivery_id,
  status: knownOrUnrecognised(z.enum(deliveryStatuses)),
});

const statusProjection = {
  ProjectionExpression: "pk, sk, delivery_id, #status",
  ExpressionAttributeNames: { "#status": "status" },
};

/** Creates the store of deliveries and their attempts in the deliveries table. A page makes at most `reads` queries. */
export function deliveryStore(client: DynamoDBClient, table: string, reads = 8): DeliveryStore {
  return {
    ...createDeliveryClaims(client, table),
    ...createDeliveryWrites(client, table),
    ...deliveryPages(client, table, reads),

    get: (endpointId, deliveryId) => getItem(client, table, deliveryKey(endpointId, deliveryId), fromDeliveryItem),

    async attempts(endpointId, deliveryId) {
      const { pk } = attemptKey(endpointId, deliveryId, 1);
      return (await queryAll(client, table, { pk, prefix: attemptPrefix })).map(fromAttemptItem);
    },

    async statuses(endpointId, deliveryIds) {
      const keys = [...new Set(deliveryIds)].map((deliveryId) => deliveryKey(endpointId, deliveryId));
      const items = await batchGet(client, table, keys, statusProjection);
      const found = items.map((item) => parseItem(storedStatusSchema, item));
      return new Map(found.map(({ delivery_id, status }) => [delivery_id, status]));
    },
  };
}
