import { toleratedSkewMs } from "#shared/events/clock-skew.ts";
import { entityTypes } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { onlyPosition } from "#shared/events/query/position.ts";
import type { EventReader } from "#shared/events/query/query.ts";
import { type DeliveryMessage, type DeliveryStore, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import { asksFor, matchesAny } from "#shared/webhooks/event-types/event-type-filter.ts";
import type { Replay, ReplayPlace, ReplayScope } from "./replay.ts";

/** Which events a replay is about. */
export type ReplayRange = Pick<Replay, "since" | "until" | "events"> & { readonly only: ReplayScope };

export type ReplayLog = { readonly events: EventReader; readonly deliveries: Pick<DeliveryStore, "page" | "statuses"> };

/** One step of a replay: what to send again, how many were looked at, and where it goes on. */
export type ReplayPage = {
  readonly selected: readonly Pick<DeliveryMessage, "delivery_id" | "event_type" | "event">[];
  readonly examined: number;
  readonly next: ReplayPlace | null;
};

const pageSize = 500;

/** What was recorded so lately and is not listed may still be on its way to its first attempt. */
const underwayMs = 5 * 60_000;

/**
 * Selects what an endpoint is to get again, a page at a time, newest first. `all` is what the log holds. `failed` is
 * first what is listed as failed, by when it was recorded, then what was never listed, from the log; what waits for an
 * attempt is left alone.
 */
export async function selectForReplay(
  log: ReplayLog,
  endpoint: Endpoint,
  range: ReplayRange,
  place: ReplayPlace | null,
  now: Date,
): Promise<ReplayPage> {
  if (range.only === "all" || place?.kind === "log") return selectFromLog(log, endpoint, range, place, now);
  const { endpoint_id } = endpoint;
  const { since, until } = range;
  const bounds = { since, until, limit: pageSize, after: place?.after ?? null };
  const page = await log.deliveries.page({ endpoint_id, status: "failed", event_type: null, ...bounds });
  const selected = page.deliveries.filter(
    ({ event, event_type }) => event !== null && isAskedFor(endpoint, range, event.entity_id, event_type),
  );
  const next: ReplayPlace = page.next === null ? { kind: "log", after: null } : { kind: "list", after: page.next };
  return { selected, examined: page.deliveries.length, next };
}

async function selectFromLog(
  { events, deliveries }: ReplayLog,
  endpoint: Endpoint,
  range: ReplayRange,
  place: ReplayPlace | null,
  now: Date,
): Promise<ReplayPage> {
  const page = await events.page({
    org_id: endpoint.org_id,
    entity_id: endpoint.entity_id,
    since: range.since,
    until: range.until,
    entity_type: null,
    action: null,
    actor_user_id: null,
    contact_id: null,
    settled: null,
    visible: entityTypes,
    parts: ["notify"],
    limit: pageSize,
    after: place?.kind === "log" ? place.after : null,
  });
  const asked = page.events
    .filter((event) => isAskedFor(endpoint, range, event.entity_id, eventTypeOf(event)))
    .filter((event) => range.only === "all" || isOwed(endpoint, event, now))
    .map((event) => ({ ...toDelivery(endpoint.endpoint_id, event), isAhead: isAhead(event, now) }));
  const examined = page.events.length;
  const next: ReplayPlace | null = page.next === null ? null : { kind: "log", after: onlyPosition(page.next) };
  const ids = range.only === "all" ? [] : asked.map(({ delivery_id }) => delivery_id);
  const listed = await deliveries.statuses(endpoint.endpoint_id, ids);
  const selected = asked.filter(({ delivery_id, isAhead }) => {
    const status = listed.get(delivery_id);
    // The list of what failed ends at the present: it has not shown an id from the future.
    return status === undefined || (isAhead && status === "failed");
  });
  return { selected: selected.map(({ isAhead: _, ...delivery }) => delivery), examined, next };
}

/**
 * Whether an endpoint should have got an event that is not listed. The log does not know when it stored an event, so
 * an impossible `recorded_at`, in the future or long before `occurred_at`, counts as owed: sending an event twice is
 * better than never.
 */
function isOwed(endpoint: Endpoint, event: ActivityEvent, now: Date): boolean {
  const { recorded_at, occurred_at, notify } = event;
  const { created_at } = endpoint;
  if (notify === "no") return false;
  const isNewer = recorded_at >= created_at || occurred_at > shifted(created_at, toleratedSkewMs);
  return isNewer && (recorded_at < shifted(now, -underwayMs) || isAhead(event, now));
}

/** Whether `recorded_at` can only come from a clock that was skewed. */
function isAhead({ recorded_at }: ActivityEvent, now: Date): boolean {
  return recorded_at > shifted(now, toleratedSkewMs);
}

function shifted(time: Date | string, byMs: number): string {
  return new Date(new Date(time).getTime() + byMs).toISOString();
}

function isAskedFor(endpoint: Endpoint, { events }: ReplayRange, entityId: string, eventType: string): boolean {
  return asksFor(endpoint, entityId, eventType) && (events === null || matchesAny(events, eventType));
}

function toDelivery(endpointId: string, event: ActivityEvent) {
  const { entity_id, occurred_at, event_id } = event;
  const delivery_id = deliveryIdOf(endpointId, event);
  return { delivery_id, event_type: eventTypeOf(event), event: { entity_id, occurred_at, event_id } };
}
