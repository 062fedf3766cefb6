import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { getItem } from "#shared/platform/dynamodb/get-item.ts";
import { attemptKey, attemptPrefix, deliveryKey } from "#shared/platform/dynamodb/keys.ts";
import { queryAll } from "#shared/platform/dynamodb/query-all.ts";
import { knownOrLater, readItem } from "#shared/platform/dynamodb/stored-item.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import { type DeliveryStore, deliveryMessage, deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { fromAttemptItem } from "./attempt-item.ts";
import { claims } from "./delivery-claim.ts";
import { fromDeliveryItem } from "./delivery-item.ts";
import { deliveryPages } from "./delivery-page.ts";
import { records } from "./delivery-record.ts";

/** What one BatchGetItem takes. */
const maxKeys = 100;

const storedStatus = z.object({
  delivery_id: deliveryMessage.shape.delivery_id,
  status: knownOrLater(z.enum(deliveryStatuses)),
});

/** Deliveries and their attempts in the deliveries table. A page reads at most `reads` times. */
export function deliveryStore(client: DynamoDBClient, table: string, reads = 8): DeliveryStore {
  const itemsOf = async (keys: Record<string, AttributeValue>[]): Promise<Record<string, AttributeValue>[]> => {
    const request = {
      ConsistentRead: true,
      ProjectionExpression: "pk, sk, delivery_id, #status",
      ExpressionAttributeNames: { "#status": "status" },
    };
    const items: Record<string, AttributeValue>[] = [];
    let wanted = keys;
    while (wanted.length > 0) {
      const answer = await calling(
        client.send(new BatchGetItemCommand({ RequestItems: { [table]: { ...request, Keys: wanted } } })),
      );
      items.push(...(answer.Responses?.[table] ?? []));
      wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    }
    return items;
  };

  return {
    ...claims(client, table),
    ...records(client, table),
    ...deliveryPages(client, table, reads),

    get: (endpointId, deliveryId) => getItem(client, table, deliveryKey(endpointId, deliveryId), fromDeliveryItem),

    async attempts(endpointId, deliveryId) {
      const { pk } = attemptKey(endpointId, deliveryId, 1);
      return (await queryAll(client, table, { pk, prefix: attemptPrefix })).map(fromAttemptItem);
    },

    async statuses(endpointId, deliveryIds) {
      const keys = [...new Set(deliveryIds)].map((deliveryId) => textAttributes(deliveryKey(endpointId, deliveryId)));
      const batches = Array.from({ length: Math.ceil(keys.length / maxKeys) }, (_, at) =>
        itemsOf(keys.slice(at * maxKeys, (at + 1) * maxKeys)),
      );
      const found = (await Promise.all(batches)).flat().map((item) => readItem(storedStatus, item));
      return new Map(found.map(({ delivery_id, status }) => [delivery_id, status]));
    },
  };
}
