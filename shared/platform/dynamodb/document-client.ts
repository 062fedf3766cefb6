import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createDynamoClient } from "./client.ts";

/**
 * The client of the paths that administrators take, where plain values are worth more than a tenth of a millisecond.
 * It shares the connections of the one that it wraps.
 */
export function documentClient(client = createDynamoClient()): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client);
}
