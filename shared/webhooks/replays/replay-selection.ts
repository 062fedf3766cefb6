import { toleratedSkewMs } from "#shared/events/clock-skew.ts";
import { entityTypes } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { onlyPosition } from "#shared/events/query/position.ts";
import { type EventReader, noFilter } from "#shared/events/query/query.ts";
import { type DeliveryMessage, type DeliveryStore, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import { matchesAnyFilter, subscribesToEventType } from "#shared/webhooks/event-types/event-type-filter.ts";
import type { Replay, ReplayCursor, ReplayScope } from "./replay.ts";

/** The events that a replay selects from. */
export type ReplayRange = Pick<Replay, "since" | "until" | "events"> & { readonly only: ReplayScope };

export type ReplaySelectionPorts = {
  readonly events: EventReader;
  readonly deliveries: Pick<DeliveryStore, "page" | "statuses">;
};

/** One page of a replay: the deliveries to send, the number of examined events, and where it continues. */
export type ReplayPage = {
  readonly selected: readonly Pick<
    DeliveryMessage,
    "delivery_id" | "event_type" | "event" | "sequence" | "sealed_at"
  >[];
  readonly examined: number;
  readonly next: ReplayCursor | null;
};

const pageSize = 500;

/** An unlisted event that was recorded more recently may still be waiting for its first attempt. */
const firstAttemptMs = 5 * 60_000;

/**
 * Selects a page of the deliveries to send again, newest first. `all` selects from the log. `failed` selects the failed
 * deliveries, then the events of the log that have no delivery; pending deliveries are not selected.
 */
export async function selectForReplay(
  log: ReplaySelectionPorts,
  endpoint: Endpoint,
  range: ReplayRange,
  cursor: ReplayCursor | null,
  now: Date,
): Promise<ReplayPage> {
  if (range.only === "all" || cursor?.kind === "log") return selectFromLog(log, endpoint, range, cursor, now);
  const { endpoint_id } = endpoint;
  const { since, until } = range;
  const bounds = { since, until, limit: pageSize, after: cursor?.after ?? null };
  const page = await log.deliveries.page({ endpoint_id, status: "failed", event_type: null, ...bounds });
  const selected = page.deliveries.filter(
    ({ event, event_type }) => event !== null && isSelected(endpoint, range, event.entity_id, event_type),
  );
  const next: ReplayCursor = page.next === null ? { kind: "log", after: null } : { kind: "list", after: page.next };
  return { selected, examined: page.deliveries.length, next };
}

async function selectFromLog(
  { events, deliveries }: ReplaySelectionPorts,
  endpoint: Endpoint,
  range: ReplayRange,
  cursor: ReplayCursor | null,
  now: Date,
): Promise<ReplayPage> {
  const page = await events.readPage({
    ...noFilter,
    org_id: endpoint.org_id,
    entity_id: endpoint.entity_id,
    since: range.since,
    until: range.until,
    visibleEntityTypes: entityTypes,
    projection: ["notify"],
    limit: pageSize,
    after: cursor?.kind === "log" ? cursor.after : null,
  });
  const candidates = page.events
    .filter((event) => isSelected(endpoint, range, event.entity_id, eventTypeOf(event)))
    .filter((event) => range.only === "all" || isMissed(endpoint, event, now))
    .map((event) => ({ ...toDelivery(endpoint.endpoint_id, event), isAhead: isAhead(event, now) }));
  const examined = page.events.length;
  const next: ReplayCursor | null = page.next === null ? null : { kind: "log", after: onlyPosition(page.next) };
  const ids = range.only === "all" ? [] : candidates.map(({ delivery_id }) => delivery_id);
  const listed = await deliveries.statuses(endpoint.endpoint_id, ids);
  const selected = candidates.filter(({ delivery_id, isAhead }) => {
    const status = listed.get(delivery_id);
    // The list of failed deliveries ends at the present, so it does not contain ids of the future.
    return status === undefined || (isAhead && status === "failed");
  });
  return { selected: selected.map(({ isAhead: _, ...delivery }) => delivery), examined, next };
}

/**
 * Whether an event without a delivery should have been sent to an endpoint. `recorded_at` comes from the writer's clock,
 * so an impossible one (in the future, or long before `occurred_at`) counts as missed: better sent twice than never.
 */
function isMissed(endpoint: Endpoint, event: ActivityEvent, now: Date): boolean {
  const { recorded_at, occurred_at, notify } = event;
  const { created_at } = endpoint;
  if (notify === "no") return false;
  const isNewer = recorded_at >= created_at || occurred_at > shiftTime(created_at, toleratedSkewMs);
  return isNewer && (recorded_at < shiftTime(now, -firstAttemptMs) || isAhead(event, now));
}

/** Whether `recorded_at` is so far ahead that the clock must have been skewed. */
function isAhead({ recorded_at }: ActivityEvent, now: Date): boolean {
  return recorded_at > shiftTime(now, toleratedSkewMs);
}

function shiftTime(time: Date | string, byMs: number): string {
  return new Date(new Date(time).getTime() + byMs).toISOString();
}

function isSelected(endpoint: Endpoint, { events }: ReplayRange, entityId: string, eventType: string): boolean {
  return (
    subscribesToEventType(endpoint, entityId, eventType) && (events === null || matchesAnyFilter(events, eventType))
  );
}

/** The pages of the log do not contain the sequence. */
function toDelivery(endpointId: string, event: ActivityEvent) {
  const { entity_id, occurred_at, event_id } = event;
  const delivery_id = deliveryIdOf(endpointId, event);
  return {
    delivery_id,
    event_type: eventTypeOf(event),
    event: { entity_id, occurred_at, event_id },
    sequence: null,
    sealed_at: null,
  };
}
