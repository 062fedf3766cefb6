import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { deliveryKey, deliveryPrefix } from "#shared/platform/dynamodb/keys.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import {
  type DeliveryQuery,
  type DeliveryStore,
  deliveryIdPrefix,
  type StoredDelivery,
} from "#shared/webhooks/deliveries/delivery.ts";
import { fromDeliveryItem } from "./delivery-item.ts";

/** Pages of deliveries. One reads at most `reads` times, which bounds the time and the price of any request. */
export function deliveryPages(client: DynamoDBClient, table: string, reads: number): Pick<DeliveryStore, "page"> {
  return {
    async page(query) {
      const { from, to } = bounds(query);
      if (from > to) return { deliveries: [], next: null };
      const request = queryOf(table, query, from, to);
      const deliveries: StoredDelivery[] = [];
      // One more than is shown tells whether there is more; where the page before ended is read again.
      let size = query.limit + 2;
      let start: Record<string, AttributeValue> | undefined;
      for (let read = 0; read < reads; read++) {
        const answer = await calling(
          client.send(new QueryCommand({ ...request, Limit: size, ExclusiveStartKey: start })),
        );
        for (const delivery of (answer.Items ?? []).map(fromDeliveryItem)) {
          if (delivery.delivery_id === query.after) continue;
          if (deliveries.length === query.limit) return { deliveries, next: deliveries.at(-1)?.delivery_id ?? null };
          deliveries.push(delivery);
        }
        start = answer.LastEvaluatedKey;
        if (start === undefined) return { deliveries, next: null };
        size = Math.min(size * 4, 1_000);
      }
      return { deliveries, next: start?.sk?.S?.slice(deliveryPrefix.length) ?? null };
    },
  };
}

/** Bounds of the ids, both inclusive. What comes first in any id comes before them all, and `~` after. */
function bounds({ since, until, after }: DeliveryQuery): { from: string; to: string } {
  const latest = until === null ? "dlv_~" : `${deliveryIdPrefix(until)}~`;
  const to = after !== null && after < latest ? after : latest;
  return { from: since === null ? "dlv_" : deliveryIdPrefix(since), to };
}

/** Newest first. What is pending or failed has an index; all else is read from the table itself, and filtered. */
function queryOf(table: string, { endpoint_id, status, event_type }: DeliveryQuery, from: string, to: string) {
  const key = (deliveryId: string) => deliveryKey(endpoint_id, deliveryId);
  const isListed = status === "pending" || status === "failed";
  const { range, values, ...index } = isListed
    ? {
        IndexName: "undelivered",
        range: "endpoint_id = :endpoint AND undelivered = :listed AND #id BETWEEN :from AND :to",
        values: { ":endpoint": endpoint_id, ":listed": status, ":from": from, ":to": to },
      }
    : {
        range: "pk = :endpoint AND #id BETWEEN :from AND :to",
        values: { ":endpoint": key("").pk, ":from": key(from).sk, ":to": key(to).sk },
      };
  const filters = Object.entries({ event_type, status: isListed ? null : status }).flatMap(([field, value]) =>
    value === null ? [] : [{ field, value }],
  );
  return {
    TableName: table,
    ...index,
    KeyConditionExpression: range,
    ...(filters.length > 0
      ? { FilterExpression: filters.map(({ field }) => `#${field} = :${field}`).join(" AND ") }
      : {}),
    ExpressionAttributeNames: {
      "#id": isListed ? "delivery_id" : "sk",
      ...Object.fromEntries(filters.map(({ field }) => [`#${field}`, field])),
    },
    ExpressionAttributeValues: textAttributes({
      ...values,
      ...Object.fromEntries(filters.map(({ field, value }) => [`:${field}`, value])),
    }),
    ScanIndexForward: false,
  } satisfies QueryCommandInput;
}
