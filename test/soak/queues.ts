import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { SoakStack } from "./stack.ts";

/** The queues of a stack, as an operator uses them. */
type Queues = Pick<SoakStack, "sqs" | "queue">;

const counts = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

/** Returns how many messages a queue contains, including invisible and delayed ones. */
export async function depth({ sqs, queue }: Queues, name: string): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queue(name), AttributeNames: [...counts] });
  const { Attributes = {} } = await sqs.send(command);
  return counts.reduce((sum, count) => sum + Number(Attributes[count] ?? 0), 0);
}

/** Receives and deletes all messages of a queue. */
export async function drain({ sqs, queue }: Queues, name: string): Promise<Message[]> {
  const QueueUrl = queue(name);
  const received: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }),
    );
    if (Messages.length === 0) return received;
    for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    received.push(...Messages);
  }
}

/** Moves all messages of a dead-letter queue back to their source queue. Returns their number. */
export async function redrive(queues: Queues, name: string): Promise<number> {
  const messages = await drain(queues, `${name}_dead_letters`);
  const QueueUrl = queues.queue(name);
  for (const { Body } of messages) await queues.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: Body }));
  return messages.length;
}
