import { ActivityError } from "#shared/errors.ts";
import { getEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import type { ManageWorld } from "#shared/webhooks/endpoints/management-ports.ts";
import { cataloguedType } from "#shared/webhooks/event-types/catalogue.ts";
import { deliveryIdPattern } from "#shared/webhooks/ids.ts";
import type { StoredAttempt } from "./attempt.ts";
import { type Delivery, type DeliveryPage, type DeliveryQuery, deliveryIdAt, type StoredDelivery } from "./delivery.ts";
import { enqueue } from "./enqueue.ts";

/** A delivery and each attempt at it, oldest first. */
export type DeliveryStory = { readonly delivery: StoredDelivery; readonly attempts: readonly StoredAttempt[] };

/** Which delivery, of whose endpoint. */
export type DeliveryRef = { readonly org_id: string; readonly endpoint_id: string; readonly delivery_id: string };

/**
 * Sends a sample of an event type to an endpoint, also to a disabled one. Throws `ActivityError`: `not_found`,
 * `invalid_value` for a type that has no sample, `unavailable`.
 */
export async function sendTest(
  world: ManageWorld,
  orgId: string,
  endpointId: string,
  eventType: string,
): Promise<Pick<Delivery, "delivery_id" | "event_type" | "status">> {
  const { org_id, endpoint_id } = await getEndpoint(world, orgId, endpointId);
  const { event_type } = cataloguedType(eventType);
  const now = world.now();
  const started_at = now.toISOString();
  const delivery_id = deliveryIdAt(started_at, Buffer.from(world.random(16)).toString("hex"));
  const ids = { org_id, endpoint_id, delivery_id, event_type };
  const message = { ...ids, event: null, cycle: 0, started_at, step: 0, parked: 0, urgent: true, resend: false };
  await enqueue(world.queue, [message], 0);
  // Lets the caller find it. The sender may have been faster, and may have recorded the attempt by now: that stays.
  await world.deliveries.create(message, now, started_at);
  return { delivery_id, event_type, status: "pending" };
}

/**
 * A page of an endpoint's deliveries, newest first; a range that ends before it begins is empty. Throws `ActivityError`
 * `not_found`.
 */
export async function listDeliveries(world: ManageWorld, orgId: string, query: DeliveryQuery): Promise<DeliveryPage> {
  await getEndpoint(world, orgId, query.endpoint_id);
  const { since, until } = query;
  if (since !== null && until !== null && since > until) return { deliveries: [], next: null };
  return world.deliveries.page(query);
}

/** Tells of a delivery. Throws `ActivityError` `not_found`, in the same words whether it is unknown or another's. */
export async function describeDelivery(world: ManageWorld, ref: DeliveryRef): Promise<DeliveryStory> {
  await getEndpoint(world, ref.org_id, ref.endpoint_id);
  const delivery = await find(world, ref);
  return { delivery, attempts: await world.deliveries.attempts(ref.endpoint_id, ref.delivery_id) };
}

/**
 * Attempts a delivery once more, now, and from there on the schedule of a new one. Throws `ActivityError`: `not_found`,
 * `conflict` while the endpoint is disabled, `unavailable`.
 */
export async function retryDelivery(world: ManageWorld, ref: DeliveryRef): Promise<Delivery> {
  const endpoint = await getEndpoint(world, ref.org_id, ref.endpoint_id);
  const delivery = await find(world, ref);
  if (endpoint.disabled !== null) {
    throw new ActivityError("conflict", "The endpoint is disabled: enable it before you retry a delivery.");
  }
  const { org_id, endpoint_id, delivery_id, event_type, event } = delivery;
  const now = world.now();
  const started_at = now.toISOString();
  const cycle = Math.max(now.getTime(), delivery.cycle + 1);
  const ids = { org_id, endpoint_id, delivery_id, event_type, event };
  await enqueue(world.queue, [{ ...ids, cycle, started_at, step: 0, parked: 0, urgent: true, resend: true }], 0);
  return { ...delivery, cycle, step: 0, status: "pending", reason: null, next_attempt_at: started_at };
}

async function find({ deliveries }: ManageWorld, { endpoint_id, delivery_id }: DeliveryRef): Promise<StoredDelivery> {
  const delivery = deliveryIdPattern.test(delivery_id) ? await deliveries.get(endpoint_id, delivery_id) : null;
  if (delivery === null) throw new ActivityError("not_found", "There is no such delivery.");
  return delivery;
}
