import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** For all functions but ingest. */
export const defaultTimeouts = { maxAttempts: 3, requestTimeoutMs: 3_000 };

/** Timeout of connecting, in addition to that of the request. */
export const connectionTimeoutMs = 1_000;

/** For the function that appends events: it defers an event that takes longer, so that no other waits for it. */
export const ingestTimeouts = { maxAttempts: 2, requestTimeoutMs: 1_000 };

/**
 * Creates the client for all stores of a function. Few attempts and short timeouts, so that a request that fails ends
 * with status 503 before the function times out.
 */
export function createDynamoClient({ maxAttempts, requestTimeoutMs } = defaultTimeouts): DynamoDBClient {
  const client = new DynamoDBClient({
    maxAttempts,
    // Without `throwOnRequestTimeout` the SDK only logs a warning when a request takes longer.
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  // It redacts every response for a logger, which is not set: a third of the time of a page.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
