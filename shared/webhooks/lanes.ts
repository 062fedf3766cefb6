import type { DeliveryMessage } from "./delivery.ts";
import type { DeliveryWorld, Outcome } from "./delivery-world.ts";
import { enqueue } from "./enqueue.ts";

/** How long an instance moves all messages of an endpoint without asking anew whether it is slow. */
const slowForMs = 5_000;

/** The same for an endpoint without a send so far: its latency is known as soon as its first send has ended. */
const unknownForMs = 500;

/** How long an instance does not ask a slow endpoint for a slot again that had none. */
const busyForMs = 1_000;

type Lanes = Pick<DeliveryWorld, "slowLane" | "refusals" | "now">;

/** Messages that are known to belong on the slow lane, and those whose endpoints may be fast. */
export function divideByLane({ slowLane, refusals, now }: Lanes, messages: readonly DeliveryMessage[]) {
  const at = now().getTime();
  const isSlow = ({ endpoint_id }: DeliveryMessage) =>
    slowLane !== null && refusals.isRefused(`fast lane ${endpoint_id}`, at);
  return { slow: messages.filter(isSlow), others: messages.filter((message) => !isSlow(message)) };
}

/** Keeps the messages of an endpoint off the fast lane for a while, given its latency if it is known. */
export function rememberSlow({ refusals, now }: Lanes, endpointId: string, latencyMs: number | null): void {
  refusals.remember(`fast lane ${endpointId}`, now().getTime() + (latencyMs === null ? unknownForMs : slowForMs));
}

/**
 * Sends messages on by the slow lane; nothing else was done for them yet. Throws `ActivityError` `unavailable` where its
 * queue does not take all: they then come again on the fast lane, and what was taken twice is dropped.
 */
export async function moveToSlowLane({ slowLane }: Lanes, messages: readonly DeliveryMessage[]): Promise<Outcome> {
  if (messages.length === 0) return "moved";
  if (slowLane === null) throw new Error("The slow lane has no slower one.");
  await enqueue(slowLane, messages, 0);
  return "moved";
}

/** Whether a slow endpoint was found busy a moment ago. */
export function isBusy({ refusals, now }: Lanes, endpointId: string): boolean {
  return refusals.isRefused(`slots ${endpointId}`, now().getTime());
}

/** Remembers for a moment that a slow endpoint is busy: its slots are held for as long as its sends take. */
export function rememberBusy({ refusals, now }: Lanes, endpointId: string): void {
  refusals.remember(`slots ${endpointId}`, now().getTime() + busyForMs);
}
