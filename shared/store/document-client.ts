import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { dynamoClient } from "./client.ts";

/**
 * The client of the paths that administrators take, where plain values are worth more than a tenth of a millisecond.
 */
export function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(dynamoClient());
}
