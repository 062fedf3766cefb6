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

/** How many messages lie in a queue, those that are held included, and those that are delayed. */
export async function depth({ sqs, queue }: Queues, name: string): Promise<{ due: number; delayed: number }> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue(name), AttributeNames: ["All"] }),
  );
  const number = (attribute: keyof typeof Attributes) => Number(Attributes[attribute] ?? 0);
  return {
    due: number("ApproximateNumberOfMessages") + number("ApproximateNumberOfMessagesNotVisible"),
    delayed: number("ApproximateNumberOfMessagesDelayed"),
  };
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
