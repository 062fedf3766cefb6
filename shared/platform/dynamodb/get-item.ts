import { type AttributeValue, type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { toStringAttributes } from "./attributes.ts";
import { mapTransientErrors } from "./transient-errors.ts";

/** One item by its key, as of now, as `read` reads it; `null` where there is none. */
export async function getItem<T>(
  client: DynamoDBClient,
  table: string,
  key: Readonly<Record<string, string>>,
  read: (item: Record<string, AttributeValue>) => T,
): Promise<T | null> {
  const request = { TableName: table, Key: toStringAttributes(key), ConsistentRead: true };
  const { Item } = await mapTransientErrors(client.send(new GetItemCommand(request)));
  return Item === undefined ? null : read(Item);
}
