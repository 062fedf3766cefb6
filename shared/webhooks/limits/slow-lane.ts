import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryWorld, Outcome } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { enqueue } from "#shared/webhooks/deliveries/enqueue.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { type Health, isUnknown } from "./circuit-breaker.ts";
import { lacksPermits } from "./org-permits.ts";

/** How long an instance moves all messages of an endpoint without asking anew whether it is slow. */
const slowForMs = 30_000;

/** The same while its first send may end within a second. */
const unknownForMs = 500;

/** How long an instance does not ask a slow endpoint for a slot again that had none. */
const busyForMs = 1_000;

type Lanes = Pick<DeliveryWorld, "slowLane" | "refusals" | "now">;
type BusyPorts = Pick<DeliveryWorld, "slowLane" | "refusals" | "now" | "permits" | "sendsPerOrg">;

/**
 * Divides messages by what was found a moment ago, and asks nothing: those that belong on the slow lane, those whose
 * sends cannot begin now, and those that may be sent. A message that is urgent is never found busy.
 */
export function divideMessages(lanes: BusyPorts, messages: readonly DeliveryMessage[]) {
  const { slowLane, refusals, now } = lanes;
  const at = now().getTime();
  const isSlow = ({ endpoint_id }: DeliveryMessage) =>
    slowLane !== null && refusals.isRefused(`fast lane ${endpoint_id}`, at);
  const groups = Map.groupBy(messages, (message) => {
    if (isSlow(message)) return "slow";
    return !message.urgent && cannotSend(lanes, message) ? "busy" : "other";
  });
  return { slow: groups.get("slow") ?? [], busy: groups.get("busy") ?? [], others: groups.get("other") ?? [] };
}

/** Keeps the messages of an endpoint off the fast lane for a while. */
export function rememberSlow({ refusals, now }: Lanes, endpointId: string, health: Health): void {
  const at = now().getTime();
  refusals.remember(`fast lane ${endpointId}`, at + (isUnknown(health, at) ? unknownForMs : slowForMs));
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

/** Whether sends to an endpoint cannot begin now. On the fast lane few endpoints need permits. */
function cannotSend(lanes: BusyPorts, endpoint: Pick<Endpoint, "org_id" | "endpoint_id">): boolean {
  return isBusy(lanes, endpoint.endpoint_id) || (lanes.slowLane === null && lacksPermits(lanes, endpoint));
}

/** Whether a slow endpoint was found busy a moment ago. */
function isBusy({ refusals, now }: Lanes, endpointId: string): boolean {
  return refusals.isRefused(`slots ${endpointId}`, now().getTime());
}

/** Remembers for a moment that a slow endpoint is busy: its slots are held for as long as its sends take. */
export function rememberBusy({ refusals, now }: Lanes, endpointId: string): void {
  refusals.remember(`slots ${endpointId}`, now().getTime() + busyForMs);
}
