import { ActivityError } from "#shared/errors.ts";
import type { DeliveryMessage, DeliveryQueue } from "./delivery.ts";

/** Sends all messages, or throws `ActivityError` `unavailable`: whoever asked for them must ask again. */
export async function enqueue(
  queue: DeliveryQueue,
  messages: readonly DeliveryMessage[],
  delaySeconds: number,
): Promise<void> {
  const refused = await queue.send(messages, delaySeconds);
  if (refused.length > 0) {
    throw new ActivityError("unavailable", "The queue of deliveries is busy or away.", { retryAfter: 2 });
  }
}
