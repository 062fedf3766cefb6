import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { SoakStack } from "./stack.ts";

/** What an operator does with the queues of a stack. */
type Queues = Pick<SoakStack, "sqs" | "queue">;

const counts = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

/** How many messages lie in a queue, those that are held or delayed included. */
export async function depth({ sqs, queue }: Queues, name: string): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queue(name), AttributeNames: [...counts] });
  const { Attributes = {} } = await sqs.send(command);
  return counts.reduce((sum, count) => sum + Number(Attributes[count] ?? 0), 0);
}

/** Takes every message out of a queue. */
export async function drain({ sqs, queue }: Queues, name: string): Promise<Message[]> {
  const QueueUrl = queue(name);
  const taken: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }),
    );
    if (Messages.length === 0) return taken;
    for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    taken.push(...Messages);
  }
}

/** Moves what lies in a dead-letter queue back to where it came from; answers how much that was. */
export async function redrive(queues: Queues, name: string): Promise<number> {
  const messages = await drain(queues, `${name}_dead_letters`);
  const QueueUrl = queues.queue(name);
  for (const { Body } of messages) await queues.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: Body }));
  return messages.length;
}
