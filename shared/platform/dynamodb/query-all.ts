import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { toStringAttributes } from "./attributes.ts";
import { mapTransientErrors } from "./transient-errors.ts";

/** Every item of a partition whose sort key begins with a prefix, in the order of the key, as of now. */
export function queryAll(
  client: DynamoDBClient,
  table: string,
  { pk, prefix }: { readonly pk: string; readonly prefix: string },
): Promise<Record<string, AttributeValue>[]> {
  return everyPage(client, {
    TableName: table,
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: toStringAttributes({ ":pk": pk, ":prefix": prefix }),
    ConsistentRead: true,
  });
}

/** Every item of a partition from a sort key on, in the order of the key, as of now. */
export function queryFrom(
  client: DynamoDBClient,
  table: string,
  { pk, from }: { readonly pk: string; readonly from: string },
): Promise<Record<string, AttributeValue>[]> {
  return everyPage(client, {
    TableName: table,
    KeyConditionExpression: "pk = :pk AND sk >= :from",
    ExpressionAttributeValues: toStringAttributes({ ":pk": pk, ":from": from }),
    ConsistentRead: true,
  });
}

async function everyPage(
  client: DynamoDBClient,
  request: QueryCommandInput,
): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const answer = await mapTransientErrors(client.send(new QueryCommand({ ...request, ExclusiveStartKey: start })));
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}
