import * as z from "zod";
import type { AwsEnvironment } from "#infra/local/aws-environment.ts";
import type { RequiredPermission } from "./required-permission.ts";

const targetSchema = z.object({ logGroupName: z.string(), logStreamName: z.string().optional() });

/** The permission that a CloudWatch Logs request needs, on the stream that it names, or else on the group. */
export function logsPermissions(
  operation: string,
  body: unknown,
  { account, region }: AwsEnvironment,
): RequiredPermission[] {
  const { logGroupName, logStreamName = "*" } = targetSchema.parse(body);
  const group = `arn:aws:logs:${region}:${account}:log-group:${logGroupName}`;
  // Making a stream is a matter of the group: see "Actions defined by Amazon CloudWatch Logs" in the IAM reference.
  const resource = operation === "CreateLogStream" ? `${group}:log-stream:*` : `${group}:log-stream:${logStreamName}`;
  return [{ action: `logs:${operation}`, resource }];
}
