import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { deliveryKey, deliveryPrefix } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import {
  type DeliveryQuery,
  type DeliveryStore,
  deliveryIdPrefix,
  type StoredDelivery,
} from "#shared/webhooks/deliveries/delivery.ts";
import { fromDeliveryItem } from "./delivery-item.ts";

/** Creates the pages of deliveries. One makes at most `reads` queries, which limits the time and cost of a request. */
export function deliveryPages(client: DynamoDBClient, table: string, reads: number): Pick<DeliveryStore, "page"> {
  return {
    async page(query) {
      const { from, to } = bounds(query);
      if (from > to) return { deliveries: [], next: null };
      const request = buildQuery(table, query, from, to);
      const deliveries: StoredDelivery[] = [];
      // One more than the page, to know whether more follow; the last delivery of the previous page is read again.
      let size = query.limit + 2;
      let start: AttributeMap | undefined;
      for (let read = 0; read < reads; read++) {
        const response = await mapTransientErrors(
          client.send(new QueryCommand({ ...request, Limit: size, ExclusiveStartKey: start })),
        );
        for (const delivery of (response.Items ?? []).map(fromDeliveryItem)) {
          if (delivery.delivery_id === query.after) continue;
          if (deliveries.length === query.limit) return { deliveries, next: deliveries.at(-1)?.delivery_id ?? null };
          deliveries.push(delivery);
        }
        start = response.LastEvaluatedKey;
        if (start === undefined) return { deliveries, next: null };
        size = Math.min(size * 4, 1_000);
      }
      return { deliveries, next: start?.sk?.S?.slice(deliveryPrefix.length) ?? null };
    },
  };
}

/** Returns the inclusive bounds of the ids. The prefix sorts before all ids, and `~` after them. */
function bounds({ since, until, after }: DeliveryQuery): { from: string; to: string } {
  const latest = until === null ? "dlv_~" : `${deliveryIdPrefix(until)}~`;
  const to = after !== null && after < latest ? after : latest;
  return { from: since === null ? "dlv_" : deliveryIdPrefix(since), to };
}

/** Builds the query, newest first. Pending and failed deliveries have an index; others are read from the table and filtered. */
function buildQuery(table: string, { endpoint_id, status, event_type }: DeliveryQuery, from: string, to: string) {
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
    ExpressionAttributeValues: toStringAttributes({
      ...values,
      ...Object.fromEntries(filters.map(({ field, value }) => [`:${field}`, value])),
    }),
    ScanIndexForward: false,
  } satisfies QueryCommandInput;
}
