import * as z from "zod";
import type { AwsEnvironment } from "#infra/local/aws-environment.ts";
import { queueNameOf } from "#infra/local/emulators/create-queues.ts";
import type { RequiredPermission } from "./required-permission.ts";

const targetSchema = z.object({ QueueUrl: z.string().optional(), QueueName: z.string().optional() });

/** The permission that an SQS request needs; a batch needs the one of its single operation. */
export function sqsPermissions(
  operation: string,
  body: unknown,
  { account, region }: AwsEnvironment,
): RequiredPermission[] {
  const { QueueUrl, QueueName } = targetSchema.parse(body);
  const name = QueueName ?? (QueueUrl === undefined ? undefined : queueNameOf(QueueUrl));
  return [
    {
      action: `sqs:${operation.replace(/Batch$/, "")}`,
      resource: name === undefined ? "*" : `arn:aws:sqs:${region}:${account}:${name}`,
    },
  ];
}
