import type { ActivityEvent } from "../events/event.ts";
import type { EventReader } from "../events/query.ts";
import { entityTypes } from "../events/vocabulary.ts";
import { type DeliveryMessage, type DeliveryStore, deliveryIdOf } from "./delivery.ts";
import type { Endpoint } from "./endpoint.ts";
import { eventTypeOf } from "./event-type.ts";
import { asksFor, matchesAny } from "./filter.ts";
import type { Replay, ReplayPlace } from "./replay.ts";

/** Which events a replay is about. */
export type ReplayRange = Pick<Replay, "since" | "until" | "events" | "only">;

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
    actor_user_id: null,
    contact_id: null,
    settled: null,
    visible: entityTypes,
    parts: ["notify"],
    limit: pageSize,
    after: place?.kind === "log" ? place.after : null,
  });
  const settledBy = new Date(now.getTime() - underwayMs).toISOString();
  const isOwed = ({ recorded_at, notify }: ActivityEvent) =>
    notify !== "no" && recorded_at >= endpoint.created_at && recorded_at < settledBy;
  const asked = page.events
    .filter((event) => isAskedFor(endpoint, range, event.entity_id, eventTypeOf(event)))
    .filter((event) => range.only === "all" || isOwed(event))
    .map((event) => toDelivery(endpoint.endpoint_id, event));
  const examined = page.events.length;
  const next: ReplayPlace | null = page.next === null ? null : { kind: "log", after: positionOf(page.next) };
  if (range.only === "all") return { selected: asked, examined, next };
  const ids = asked.map(({ delivery_id }) => delivery_id);
  const listed = await deliveries.statuses(endpoint.endpoint_id, ids);
  return { selected: asked.filter(({ delivery_id }) => !listed.has(delivery_id)), examined, next };
}

function isAskedFor(endpoint: Endpoint, { events }: ReplayRange, entityId: string, eventType: string): boolean {
  return asksFor(endpoint, entityId, eventType) && (events === null || matchesAny(events, eventType));
}

function toDelivery(endpointId: string, event: ActivityEvent) {
  const { entity_id, occurred_at, event_id } = event;
  const delivery_id = deliveryIdOf(endpointId, event);
  return { delivery_id, event_type: eventTypeOf(event), event: { entity_id, occurred_at, event_id } };
}

/** The place alone, without what else a page may tell it by. */
function positionOf({
  occurred_at,
  event_id,
  entity_id,
}: Pick<ActivityEvent, "occurred_at" | "event_id" | "entity_id">) {
  return { occurred_at, event_id, entity_id };
}
