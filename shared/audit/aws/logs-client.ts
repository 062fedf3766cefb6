import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { clientOptions } from "#shared/platform/aws/clients.ts";

export function createLogsClient(): CloudWatchLogsClient {
  const client = new CloudWatchLogsClient(clientOptions);
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
