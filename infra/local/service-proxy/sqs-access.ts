import * as z from "zod";
import { queueName } from "#infra/local/emulators/queues.ts";
import type { Access, Region } from "./access.ts";

const Target = z.object({ QueueUrl: z.string().optional(), QueueName: z.string().optional() });

/** The permission that an SQS request needs; a batch needs the one of its single operation. */
export function sqsAccess(operation: string, body: unknown, { account, region }: Region): Access[] {
  const { QueueUrl, QueueName } = Target.parse(body);
  const name = QueueName ?? (QueueUrl === undefined ? undefined : queueName(QueueUrl));
  return [
    {
      action: `sqs:${operation.replace(/Batch$/, "")}`,
      resource: name === undefined ? "*" : `arn:aws:sqs:${region}:${account}:${name}`,
    },
  ];
}
