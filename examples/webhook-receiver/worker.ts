import { setTimeout as delay } from "node:timers/promises";
import type { WebhookPayload } from "@activity-log/webhooks";
import type { Queue } from "./queue.ts";

const pollMs = 200;
const maxFailures = 10;

/**
 * Processes deliveries one by one. After a crash `work` may get a delivery again that it has processed: it must be
 * idempotent, or pass on the `delivery_id` as an idempotency key.
 */
export async function processDeliveries(
  queue: Queue,
  work: (payload: WebhookPayload) => Promise<void>,
): Promise<never> {
  for (;;) {
    const next = queue.next(Date.now());
    if (next === null) {
      await delay(pollMs);
      continue;
    }
    const { payload, failures } = next;
    try {
      await work(payload);
      queue.finish(payload.delivery_id);
    } catch (error) {
      console.error(`Delivery ${payload.delivery_id}, failure ${failures + 1} of ${maxFailures}:`, error);
      if (failures + 1 === maxFailures) queue.fail(payload.delivery_id);
      else queue.defer(payload.delivery_id, Date.now() + Math.min(1_000 * 2 ** failures, 300_000));
    }
  }
}
