import * as z from "zod";
import type { AwsCall } from "#infra/local/aws-json.ts";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResource } from "#infra/local/template/resources.ts";

const attributeNames = [
  "ContentBasedDeduplication",
  "DelaySeconds",
  "FifoQueue",
  "MaximumMessageSize",
  "MessageRetentionPeriod",
  "ReceiveMessageWaitTimeSeconds",
  "VisibilityTimeout",
] as const;

const queuePropertiesSchema = z.object({
  RedrivePolicy: z
    .object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().int().positive() })
    .optional(),
});

/** Creates the queues, then ties each one to its dead-letter queue. Kept queues take the template's attributes. */
export async function createQueues(queues: readonly TemplateResource[], call: AwsCall): Promise<void> {
  for (const queue of queues) {
    await call("AmazonSQS.CreateQueue", { QueueName: queueNameOf(queue.ref) });
    const attributes = attributeNames.flatMap((name) =>
      queue.properties[name] === undefined ? [] : [[name, String(queue.properties[name])] as const],
    );
    const { RedrivePolicy } = parseProperties(queuePropertiesSchema, queue);
    if (RedrivePolicy !== undefined && !queues.some(({ arn }) => arn === RedrivePolicy.deadLetterTargetArn)) {
      throw new Error(`${queue.id} sends its dead letters to ${RedrivePolicy.deadLetterTargetArn}, which is no queue.`);
    }
    await call("AmazonSQS.SetQueueAttributes", {
      QueueUrl: queue.ref,
      Attributes: {
        ...Object.fromEntries(attributes),
        RedrivePolicy: RedrivePolicy === undefined ? "" : JSON.stringify(RedrivePolicy),
      },
    });
  }
}

/** The last segment of a queue's URL. */
export function queueNameOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}
