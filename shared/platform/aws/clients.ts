import { KMSClient } from "@aws-sdk/client-kms";
import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";

/** Three attempts and short times: trouble ends as an error that is told, well before the function's own time does. */
export const clientOptions = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

/** Two attempts of a second: for functions whose own time is a few seconds. */
export const shortClientOptions = {
  ...clientOptions,
  maxAttempts: 2,
  requestHandler: { ...clientOptions.requestHandler, requestTimeout: 1_000 },
};

/**
 * One attempt of two seconds, for what must not be sent twice: SQS may have taken the messages of a call whose answer
 * is late, and a second attempt would then double them.
 */
export const singleAttemptOptions = {
  ...clientOptions,
  maxAttempts: 1,
  requestHandler: { ...clientOptions.requestHandler, requestTimeout: 2_000 },
};

export function createSqsClient(config: SQSClientConfig = clientOptions): SQSClient {
  const client = new SQSClient(config);
  // It walks every answer to censor it for a logger, and there is none.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}

export function createKmsClient(): KMSClient {
  const client = new KMSClient(clientOptions);
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
