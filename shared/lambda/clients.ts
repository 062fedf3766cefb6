import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { KMSClient } from "@aws-sdk/client-kms";
import { SQSClient } from "@aws-sdk/client-sqs";

/** Three attempts and short times: trouble ends as an error that is told, well before the function's own time does. */
const patience = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

export function queueClient(): SQSClient {
  const client = new SQSClient(patience);
  // It walks every answer to censor it for a logger, and there is none.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}

export function kmsClient(): KMSClient {
  const client = new KMSClient(patience);
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}

export function logsClient(): CloudWatchLogsClient {
  const client = new CloudWatchLogsClient(patience);
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
