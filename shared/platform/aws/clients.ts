import { KMSClient } from "@aws-sdk/client-kms";
import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";

/** Three attempts with short timeouts, so that errors are reported before the function times out. */
export const clientOptions = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

/** Two attempts of a second: for functions with a timeout of a few seconds. */
export const shortClientOptions = {
  ...clientOptions,
  maxAttempts: 2,
  requestHandler: { ...clientOptions.requestHandler, requestTimeout: 1_000 },
};

/**
 * One attempt of two seconds, for messages that must not be sent twice: SQS may have accepted the messages of a call that
 * timed out.
 */
export const singleAttemptOptions = {
  ...clientOptions,
  maxAttempts: 1,
  requestHandler: { ...clientOptions.requestHandler, requestTimeout: 2_000 },
};

/** Creates a client of SQS. */
export function createSqsClient(config: SQSClientConfig = clientOptions): SQSClient {
  const client = new SQSClient(config);
  // It redacts every response for a logger, which is not set.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}

/** Creates a client of KMS. */
export function createKmsClient(): KMSClient {
  const client = new KMSClient(clientOptions);
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
