import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { TokenUses } from "#shared/auth/authenticate.ts";
import type { Token } from "#shared/auth/caller.ts";
import { orgReader } from "#shared/auth/dynamodb/org-reader.ts";
import { suspendedOrgsReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { toTokenItem } from "#shared/auth/dynamodb/token-item.ts";
import { tokenUses } from "#shared/auth/dynamodb/token-use-store.ts";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { tokenRefOf } from "#shared/auth/token.ts";
import { toItem } from "#shared/events/dynamodb/event-item.ts";
import { eventStore } from "#shared/events/dynamodb/event-store.ts";
import { placeStore } from "#shared/events/dynamodb/page-checkpoint-store.ts";
import { shardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import type { PlaceStore } from "#shared/events/query/offset-pagination.ts";
import type { EventQuery, EventReader } from "#shared/events/query/query.ts";
import { oneShard, type ShardSettingsReader } from "#shared/events/shards/shard-settings-cache.ts";
import type { ShardCount } from "#shared/events/shards/shards.ts";
import type { DueStore } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryWorld } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { dueStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { endpointSource } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import type { EndpointSource } from "#shared/webhooks/endpoints/endpoint.ts";
import type { ManageWorld } from "#shared/webhooks/endpoints/management-ports.ts";
import { initialHealth } from "#shared/webhooks/limits/circuit-breaker.ts";
import { healthStore } from "#shared/webhooks/limits/dynamodb/circuit-store.ts";
import { replayListStore } from "#shared/webhooks/replays/dynamodb/replay-list-store.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import { aDeliveryMessage, anEndpoint, anEvent, aQuery, aSecret, aToken, testNow } from "./builders.ts";

/** A call of every method: the compiler asks for one of each that a function's ports name. */
export type Calls<Store> = { readonly [Method in keyof Store]: () => Promise<unknown> };

/** The calls of a function, by the name of the port and of its method. */
export type StoreCalls = Readonly<Record<string, Readonly<Record<string, () => Promise<unknown>>>>>;

/** The tables, by the names that the template's resources have. */
export const tables = { config: "AccessConfig", events: "EventLogTable", deliveries: "WebhooksDeliveriesTable" };

const message = aDeliveryMessage();
const { org_id, endpoint_id, delivery_id } = message;
const endpoint = anEndpoint();
export const lease = { id: "lease", slots: 2, until: testNow.getTime() + 60_000 };
const ref = tokenRefOf(aSecret());
const window = { start: testNow, limit: 600 };
const now = () => testNow;
const replay = {
  ...{ replay_id: `rpl_${"0".repeat(32)}`, org_id, endpoint_id, events: null, only: "all" as const },
  ...{ since: "2026-05-01T00:00:00.000Z", until: "2026-06-01T00:00:00.000Z", status: "running" as const },
  ...{ examined: 0, sent: 0, place: null, created_at: testNow.toISOString(), updated_at: testNow.toISOString() },
};
const delivery = {
  ...{ org_id, endpoint_id, delivery_id, event_type: message.event_type, event: message.event, cycle: 0, step: 1 },
  ...{ status: "pending" as const, reason: null, attempts: 1, created_at: testNow.toISOString() },
  ...{ last_attempt_at: null, last_status: null, last_error: null, next_attempt_at: null },
};
const attempt = {
  ...{ number: 1, at: testNow.toISOString(), duration_ms: 5, status: 200, error: null, message: null },
  ...{ headers: {}, body: "", body_truncated: false },
};

/** Items that the stores can parse: a branch behind one is only taken with the right one. */
export const parsable = {
  none: { pk: { S: "some" }, sk: { S: "item" } },
  delivery: marshall({ ...delivery, lease_until: "2026-01-01T00:00:00.000Z" }),
  replay: marshall(replay),
  endpoint: marshall(endpoint),
  event: marshall(toItem(anEvent())),
  token: marshall({ ...toTokenItem(aToken()), rate_window: "2026-06-01T11:00:00.000Z", rate_used: 3 }),
  health: marshall({
    version: 1,
    limit: 10,
    vacant: 8,
    leases: { other: { slots: 2, until: 1 } },
    failures: 0,
    openings: 0,
  }),
};

export function deliveriesCalls(
  client: DynamoDBClient,
): Calls<ManageWorld["deliveries"] & DeliveryWorld["deliveries"] & { failed: unknown }> {
  const store = deliveryStore(client, tables.deliveries);
  const query = { endpoint_id, limit: 5, after: null, status: null, event_type: null, since: null, until: null };
  return {
    create: () => store.create(message, testNow, testNow.toISOString()),
    announce: () => store.announce(message, testNow, testNow.toISOString()),
    claim: () => store.claim(message, testNow, 60),
    record: () => store.record(delivery, attempt),
    get: () => store.get(endpoint_id, delivery_id),
    attempts: () => store.attempts(endpoint_id, delivery_id),
    page: async () => {
      for (const status of [null, "pending", "failed"] as const) await store.page({ ...query, status });
    },
    /** The only page that replays and repairs ask for. */
    failed: () => store.page({ ...query, status: "failed" }),
    statuses: () => store.statuses(endpoint_id, [delivery_id]),
  };
}

export function healthCalls(client: DynamoDBClient): Calls<DeliveryWorld["health"]> {
  const store = healthStore(client, tables.deliveries);
  return {
    read: () => store.read(endpoint_id),
    lease: () => store.lease(endpoint_id, lease, testNow.getTime()),
    shrink: () => store.shrink(endpoint_id, lease, 1),
    end: () => store.end(endpoint_id, lease, testNow.getTime(), 100),
    probe: () => store.probe(endpoint_id, lease.until, testNow.getTime()),
    grow: () => store.grow(endpoint_id, 20),
    write: () => store.write(endpoint_id, initialHealth, initialHealth),
  };
}

export function endpointsCalls(client: DynamoDBClient): Calls<ManageWorld["endpoints"]> {
  const store = endpointStore(client, tables, now);
  return {
    create: () => store.create(endpoint, anEvent()),
    list: () => store.list(org_id),
    get: () => store.get(org_id, endpoint_id),
    update: () => store.update(endpoint, endpoint, anEvent()),
    remove: () => store.remove(endpoint, anEvent()),
  };
}

export function tokenCalls(client: DynamoDBClient): Calls<TokenUses<Token>> {
  const store = tokenUses(client, tables.config);
  return {
    look: () => store.look(ref, window),
    use: () => store.use(ref, window),
    lease: () => store.lease(ref.holder, testNow, testNow),
    charge: () => store.charge(ref.holder, window, { requests: 2, lease: { slot: 1, until: testNow.getTime() } }),
  };
}

export function suspendedCalls(client: DynamoDBClient): Calls<ShardSettingsReader> {
  return { read: () => suspendedOrgsReader(client, tables.config).read() };
}

export function replayCalls(client: DynamoDBClient): Calls<ManageWorld["replays"]> {
  const store = replayStore(client, tables.deliveries);
  return {
    save: () => store.save(replay),
    running: () => store.running(endpoint_id, testNow),
    get: () => store.get(endpoint_id, replay.replay_id),
  };
}

export function replayListCalls(client: DynamoDBClient): Calls<ManageWorld["replayLists"]> {
  const store = replayListStore(client, tables.deliveries, now);
  return {
    get: () => store.get(org_id),
    replace: () => store.replace(org_id, { replays: [], version: 1 }, []),
  };
}

export function dueCalls(client: DynamoDBClient): Calls<DueStore> {
  const store = dueStore(client, tables.deliveries);
  return {
    add: () => store.add(message, testNow),
    due: () => store.due(3, testNow),
    remove: () => store.remove([{ message, shard: 3, key: "key" }]),
  };
}

export function endpointSourceCalls(client: DynamoDBClient): Calls<EndpointSource> {
  const source = endpointSource(client, tables.config);
  return {
    list: () => source.list(org_id),
    get: () => source.get(org_id, endpoint_id),
    orgsIn: () => source.orgsIn(7),
    changesSince: () => source.changesSince(testNow.toISOString()),
  };
}

/** One call for each index, of one shard and of two: each index is a right of its own. */
export function eventReaderCalls(client: DynamoDBClient) {
  const page = (count: ShardCount, filter: Partial<EventQuery>) => () => {
    const shards = { ...oneShard, countToRead: () => count };
    return eventStore(client, tables.events, { shards, budget: { reads: 2, bytes: 1_000 }, now }).page(aQuery(filter));
  };
  return {
    page: page(1, {}),
    pageOfShards: page(2, {}),
    pageOfTimeline: page(1, { entity_id: "inv" }),
    pageByContact: page(1, { contact_id: "con" }),
    pageByActor: page(1, { actor_user_id: "usr" }),
    pageOfPaid: page(1, { settled: "paid" }),
    pageByType: page(1, { entity_type: "INVOICE" }),
  } satisfies Calls<EventReader> & StoreCalls[string];
}

export function shardCalls(client: DynamoDBClient): Calls<ShardSettingsReader> {
  return { read: () => shardSettingsReader(client, tables.config).read() };
}

export function orgCalls(client: DynamoDBClient): Calls<OrgReader> {
  return { read: () => orgReader(client, tables.config).read(org_id) };
}

export function placeCalls(client: DynamoDBClient): Calls<PlaceStore> {
  const store = placeStore(client, tables.config);
  const list = { org_id, name: "list" };
  return {
    upTo: () => store.upTo(list, 100, 5, testNow),
    put: () => store.put(list, { offset: 100, after: anEvent(), head: anEvent() }, testNow),
  };
}
