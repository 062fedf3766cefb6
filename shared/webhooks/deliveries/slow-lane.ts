import { isMarkedBusy, isMarkedSlow } from "#shared/webhooks/limits/slow-endpoint-marks.ts";
import type { DeliveryMessage } from "./delivery.ts";
import type { DeliveryOutcome, DeliveryPorts } from "./delivery-ports.ts";
import { enqueue } from "./reschedule.ts";

/**
 * Divides messages by what an instance found out a moment ago, without reading anything: those that belong on the slow
 * lane, those whose endpoint is busy, and those that may be sent. A manual delivery is never found busy.
 */
export function partitionMessages(ports: DeliveryPorts, messages: readonly DeliveryMessage[]) {
  const groups = Map.groupBy(messages, (message) => {
    if (ports.slowLane !== null && isMarkedSlow(ports, message.endpoint_id)) return "slow";
    return !message.urgent && isMarkedBusy(ports, message) ? "busy" : "other";
  });
  return { slow: groups.get("slow") ?? [], busy: groups.get("busy") ?? [], others: groups.get("other") ?? [] };
}

/**
 * Moves messages to the slow lane. Throws `ActivityError` `unavailable` if its queue does not accept all: they are then
 * received on the fast lane again, and those that were moved twice are dropped.
 */
export async function moveToSlowLane(
  { slowLane }: Pick<DeliveryPorts, "slowLane">,
  messages: readonly DeliveryMessage[],
): Promise<DeliveryOutcome> {
  if (messages.length === 0) return "moved";
  if (slowLane === null) throw new Error("Messages on the slow lane cannot be moved to it.");
  await enqueue(slowLane, messages, 0);
  return "moved";
}
