import { ActivityError } from "#shared/errors.ts";
import { getEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { getEventTypeDefinition } from "#shared/webhooks/event-types/catalogue.ts";
import { deliveryIdPattern } from "#shared/webhooks/ids.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";
import { getDeliveredEvent } from "./delivered-event.ts";
import {
  type Delivery,
  type DeliveryPage,
  type DeliveryQuery,
  deliveryIdAt,
  type StoredDelivery,
  type StoredDeliveryAttempt,
} from "./delivery.ts";
import { renderPayload } from "./payload.ts";
import { enqueue } from "./reschedule.ts";

/** A delivery with all its attempts, oldest first. */
export type DeliveryDetails = {
  readonly delivery: StoredDelivery;
  readonly attempts: readonly StoredDeliveryAttempt[];
  /** The body that is sent, as JSON text; `null` if the log has no valid event for it. */
  readonly payload: string | null;
};

export type DeliveryRef = { readonly org_id: string; readonly endpoint_id: string; readonly delivery_id: string };

/**
 * Sends a sample event of a type to an endpoint, even to a disabled one. Throws `ActivityError`: `not_found`,
 * `invalid_value` for a type without a sample, `unavailable`.
 */
export async function sendTest(
  ports: WebhookManagementPorts,
  orgId: string,
  endpointId: string,
  eventType: string,
): Promise<Pick<Delivery, "delivery_id" | "event_type" | "status">> {
  const { org_id, endpoint_id } = await getEndpoint(ports, orgId, endpointId);
  const { event_type } = getEventTypeDefinition(eventType);
  const now = ports.now();
  const started_at = now.toISOString();
  const delivery_id = deliveryIdAt(started_at, Buffer.from(ports.random(16)).toString("hex"));
  const content = { event_type, event: null, sequence: null, sealed_at: null };
  const run = { cycle: 0, started_at, step: 0, parked: 0, urgent: true, resend: false };
  const message = { org_id, endpoint_id, delivery_id, ...content, ...run };
  await enqueue(ports.queue, [message], 0);
  // So that the caller finds it. If the attempt has been recorded already, that record stays.
  await ports.deliveries.create(message, now, started_at);
  return { delivery_id, event_type, status: "pending" };
}

/**
 * Returns a page of an endpoint's deliveries, newest first; empty if the range ends before it begins. Throws
 * `ActivityError` `not_found`.
 */
export async function listDeliveries(
  ports: WebhookManagementPorts,
  orgId: string,
  query: DeliveryQuery,
): Promise<DeliveryPage> {
  await getEndpoint(ports, orgId, query.endpoint_id);
  const { since, until } = query;
  if (since !== null && until !== null && since > until) return { deliveries: [], next: null };
  return ports.deliveries.page(query);
}

/** Returns a delivery. Throws the same `ActivityError` `not_found` whether it is unknown or of another organisation. */
export async function getDelivery(ports: WebhookManagementPorts, ref: DeliveryRef): Promise<DeliveryDetails> {
  await getEndpoint(ports, ref.org_id, ref.endpoint_id);
  const delivery = await find(ports, ref);
  const [attempts, event] = await Promise.all([
    ports.deliveries.attempts(ref.endpoint_id, ref.delivery_id),
    getDeliveredEvent(ports.events, delivery),
  ]);
  const payload = event === null ? null : renderPayload(event, delivery);
  return { delivery, attempts, payload };
}

/**
 * Begins a new cycle of a delivery: an attempt now, and retries as for a new delivery. Throws `ActivityError`: `not_found`,
 * `conflict` while the endpoint is disabled, `unavailable`.
 */
export async function retryDelivery(ports: WebhookManagementPorts, ref: DeliveryRef): Promise<Delivery> {
  const endpoint = await getEndpoint(ports, ref.org_id, ref.endpoint_id);
  const delivery = await find(ports, ref);
  if (endpoint.disabled !== null) {
    throw new ActivityError("conflict", "The endpoint is disabled. Enable it before you retry a delivery.");
  }
  const { org_id, endpoint_id, delivery_id, event_type, event, sequence, sealed_at } = delivery;
  const now = ports.now();
  const started_at = now.toISOString();
  const cycle = Math.max(now.getTime(), delivery.cycle + 1);
  const stored = { org_id, endpoint_id, delivery_id, event_type, event, sequence, sealed_at };
  await enqueue(ports.queue, [{ ...stored, cycle, started_at, step: 0, parked: 0, urgent: true, resend: true }], 0);
  return { ...delivery, cycle, step: 0, status: "pending", reason: null, next_attempt_at: started_at };
}

async function find(
  { deliveries }: WebhookManagementPorts,
  { endpoint_id, delivery_id }: DeliveryRef,
): Promise<StoredDelivery> {
  const delivery = deliveryIdPattern.test(delivery_id) ? await deliveries.get(endpoint_id, delivery_id) : null;
  if (delivery === null) throw new ActivityError("not_found", "The delivery does not exist.");
  return delivery;
}
