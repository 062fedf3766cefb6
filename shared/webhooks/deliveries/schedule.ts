import type { DeliveryMessage } from "./delivery.ts";
import type { DeliveryWorld } from "./delivery-ports.ts";
import { enqueue } from "./enqueue.ts";

/** The longest that SQS delays a message (DelaySeconds). */
const longestDelaySeconds = 900;

type Calendar = Pick<DeliveryWorld, "queue" | "due" | "now">;

/** Has a message come when it is due: by the queue itself, or by way of the table where a queue cannot wait so long. */
export async function schedule({ queue, due, now }: Calendar, message: DeliveryMessage, at: Date): Promise<void> {
  const seconds = Math.max(0, Math.ceil((at.getTime() - now().getTime()) / 1_000));
  if (seconds > longestDelaySeconds) return due.add(message, at);
  return enqueue(queue, [message], seconds);
}
