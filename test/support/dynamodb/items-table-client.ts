import { type AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EventItem } from "#shared/events/dynamodb/parse-event-item.ts";

/** Any item of a table, valid or not. */
export type TableItem = Record<string, AttributeValue> & EventItem;

/**
 * Creates a client whose queries return these items regardless of their conditions, newest first, paged and projected as
 * DynamoDB does. Reads of a single item return the first. Sends no request.
 */
export function createItemsTableClient(items: readonly TableItem[]): DynamoDBClient {
  const credentials = { accessKeyId: "x", secretAccessKey: "x" };
  const client = new DynamoDBClient({ region: "us-east-1", endpoint: "http://127.0.0.1:9", credentials });
  const sorted = [...items].sort((left, right) => (sortKeyOf(left) < sortKeyOf(right) ? 1 : -1));
  client.middlewareStack.add(
    () => async (call) => ({ output: { $metadata: {}, ...respondTo(call.input, sorted) }, response: {} }),
    { step: "initialize", name: "items" },
  );
  return client;
}

function respondTo(input: object, items: readonly TableItem[]): object {
  if ("Key" in input) return { Item: items[0] };
  const { Limit = 1, ExclusiveStartKey, ExpressionAttributeNames = {}, ProjectionExpression = "" }: QueryInput = input;
  const after = ExclusiveStartKey === undefined ? 0 : 1 + items.findIndex((item) => isAt(item, ExclusiveStartKey));
  const page = items.slice(after, after + Limit);
  const last = page.at(-1);
  const names = ProjectionExpression.split(", ").map((name) => ExpressionAttributeNames[name]);
  const projected = page.map((item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name))),
  );
  const isOver = last === undefined || after + Limit >= items.length;
  return { Items: projected, ...(isOver ? {} : { LastEvaluatedKey: last }) };
}

type QueryInput = {
  readonly Limit?: number;
  readonly ExclusiveStartKey?: TableItem;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ProjectionExpression?: string;
};

function sortKeyOf({ occurred_at, event_id, entity_id }: EventItem): string {
  return `${occurred_at?.S} ${event_id?.S} ${entity_id?.S}`;
}

function isAt(item: TableItem, key: TableItem): boolean {
  return item.timeline?.S === key.timeline?.S && item.position?.S === key.position?.S;
}
