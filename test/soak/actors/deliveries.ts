import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { nextPage } from "./pages.ts";
import type { SoakSubscriber } from "./subscribers.ts";

const deliveriesSchema = z.object({
  deliveries: z.array(
    z.object({
      delivery_id: z.string(),
      event_id: z.string().nullable(),
      reason: z.string().nullable(),
      next_attempt_at: z.string().nullable(),
    }),
  ),
});

type ListedSoakDelivery = z.infer<typeof deliveriesSchema>["deliveries"][number];

/** Lists the deliveries of an endpoint with a status. */
async function list(subscriber: SoakSubscriber, status: "pending" | "failed"): Promise<ListedSoakDelivery[]> {
  const listed: ListedSoakDelivery[] = [];
  let next: string | undefined = `${subscriber.endpoint}/deliveries?status=${status}&limit=100`;
  while (next !== undefined) {
    const response = await requestWithRetry(subscriber, "GET", next);
    listed.push(...deliveriesSchema.parse(await response.json()).deliveries);
    next = nextPage(response);
  }
  return listed;
}

/** Retries the deliveries whose next attempt is far away, as their owner would. */
export async function retryLongWaiting(subscriber: SoakSubscriber, retried: Set<string>): Promise<void> {
  const soon = new Date(Date.now() + 8_000).toISOString();
  for (const { delivery_id, event_id, next_attempt_at } of await list(subscriber, "pending")) {
    if (retried.has(delivery_id) || next_attempt_at === null || next_attempt_at < soon) continue;
    if (event_id !== null && subscriber.receiver.hasAccepted(event_id)) continue;
    retried.add(delivery_id);
    await requestWithRetry(subscriber, "POST", `${subscriber.endpoint}/deliveries/${delivery_id}/retry`, {});
  }
}

/** Returns the ids of the events whose deliveries failed with a reason. */
export async function findGivenUpEvents(subscriber: SoakSubscriber): Promise<Set<string>> {
  const failed = await list(subscriber, "failed");
  return new Set(failed.flatMap(({ event_id, reason }) => (event_id === null || reason === null ? [] : [event_id])));
}

const maxTries = 90;

/** Retries for 90 seconds: a busy stack responds 429 and 503, which the check of the access log evaluates. */
async function requestWithRetry(
  subscriber: SoakSubscriber,
  ...request: Parameters<SoakSubscriber["request"]>
): Promise<Response> {
  for (let tries = 1; ; tries++) {
    try {
      return await subscriber.request(...request);
    } catch (error) {
      if (tries === maxTries) throw error;
      await delay(1_000);
    }
  }
}
