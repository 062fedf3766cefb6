import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { patience } from "#shared/platform/aws/clients.ts";

export function logsClient(): CloudWatchLogsClient {
  const client = new CloudWatchLogsClient(patience);
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
