import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { textAttributes } from "./attributes.ts";
import { calling } from "./faults.ts";

/** Every item of a partition whose sort key begins with a prefix, in the order of the key, as of now. */
export async function queryAll(
  client: DynamoDBClient,
  table: string,
  { pk, prefix }: { readonly pk: string; readonly prefix: string },
): Promise<Record<string, AttributeValue>[]> {
  const request: QueryCommandInput = {
    TableName: table,
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: textAttributes({ ":pk": pk, ":prefix": prefix }),
    ConsistentRead: true,
  };
  const items: Record<string, AttributeValue>[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const answer = await calling(client.send(new QueryCommand({ ...request, ExclusiveStartKey: start })));
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}
