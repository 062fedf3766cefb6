import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { getItem } from "#shared/platform/dynamodb/get-item.ts";
import { attemptKey, attemptPrefix, deliveryKey } from "#shared/platform/dynamodb/keys.ts";
import { queryAll } from "#shared/platform/dynamodb/query-all.ts";
import { knownOrUnrecognised, parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { type DeliveryStore, deliveryMessageSchema, deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { fromAttemptItem } from "./attempt-item.ts";
import { deliveryClaims } from "./delivery-claim.ts";
import { fromDeliveryItem } from "./delivery-item.ts";
import { deliveryPages } from "./delivery-page.ts";
import { deliveryRecords } from "./delivery-record.ts";

/** The limit of BatchGetItem. */
const maxKeys = 100;

const storedStatusSchema = z.object({
  delivery_id: deliveryMessageSchema.shape.delivery_id,
  status: knownOrUnrecognised(z.enum(deliveryStatuses)),
});

/** Creates the store of deliveries and their attempts in the deliveries table. A page makes at most `reads` queries. */
export function deliveryStore(client: DynamoDBClient, table: string, reads = 8): DeliveryStore {
  const itemsOf = async (keys: Record<string, AttributeValue>[]): Promise<Record<string, AttributeValue>[]> => {
    const request = {
      ConsistentRead: true,
      ProjectionExpression: "pk, sk, delivery_id, #status",
      ExpressionAttributeNames: { "#status": "status" },
    };
    const items: Record<string, AttributeValue>[] = [];
    let missing = keys;
    while (missing.length > 0) {
      const response = await mapTransientErrors(
        client.send(new BatchGetItemCommand({ RequestItems: { [table]: { ...request, Keys: missing } } })),
      );
      items.push(...(response.Responses?.[table] ?? []));
      missing = response.UnprocessedKeys?.[table]?.Keys ?? [];
    }
    return items;
  };

  return {
    ...deliveryClaims(client, table),
    ...deliveryRecords(client, table),
    ...deliveryPages(client, table, reads),

    get: (endpointId, deliveryId) => getItem(client, table, deliveryKey(endpointId, deliveryId), fromDeliveryItem),

    async attempts(endpointId, deliveryId) {
      const { pk } = attemptKey(endpointId, deliveryId, 1);
      return (await queryAll(client, table, { pk, prefix: attemptPrefix })).map(fromAttemptItem);
    },

    async statuses(endpointId, deliveryIds) {
      const keys = [...new Set(deliveryIds)].map((deliveryId) =>
        toStringAttributes(deliveryKey(endpointId, deliveryId)),
      );
      const batches = Array.from({ length: Math.ceil(keys.length / maxKeys) }, (_, at) =>
        itemsOf(keys.slice(at * maxKeys, (at + 1) * maxKeys)),
      );
      const found = (await Promise.all(batches)).flat().map((item) => parseItem(storedStatusSchema, item));
      return new Map(found.map(({ delivery_id, status }) => [delivery_id, status]));
    },
  };
}
