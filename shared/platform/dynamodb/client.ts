import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** For all other functions. */
export const defaultTimeouts = { maxAttempts: 3, requestTimeoutMs: 3_000 };

/** The time that connecting may take, before that of the request. */
export const connectionTimeoutMs = 1_000;

/** For the function that appends events: whatever takes longer is put off in the queue, which holds nothing else up. */
export const ingestTimeouts = { maxAttempts: 2, requestTimeoutMs: 1_000 };

/**
 * The client that all stores share. Three attempts and short timeouts keep a request that meets trouble well inside
 * the time that its function has, so that it ends as an honest 503 rather than as a time-out.
 */
export function createDynamoClient({ maxAttempts, requestTimeoutMs } = defaultTimeouts): DynamoDBClient {
  const client = new DynamoDBClient({
    maxAttempts,
    // Without the last of these the SDK only warns of a request that takes longer.
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  // It walks every answer to censor it for a logger, and there is none: a third of the time that a page takes.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
