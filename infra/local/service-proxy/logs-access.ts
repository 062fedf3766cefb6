import * as z from "zod";
import type { Access, Region } from "./access.ts";

const Target = z.object({ logGroupName: z.string(), logStreamName: z.string().optional() });

/** The permission that a CloudWatch Logs request needs, on the stream that it names, or else on the group. */
export function logsAccess(operation: string, body: unknown, { account, region }: Region): Access[] {
  const { logGroupName, logStreamName = "*" } = Target.parse(body);
  const group = `arn:aws:logs:${region}:${account}:log-group:${logGroupName}`;
  // Making a stream is a matter of the group: see "Actions defined by Amazon CloudWatch Logs" in the IAM reference.
  const resource = operation === "CreateLogStream" ? `${group}:log-stream:*` : `${group}:log-stream:${logStreamName}`;
  return [{ action: `logs:${operation}`, resource }];
}
