import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { Token } from "#shared/auth/caller.ts";
import { createOrgReader } from "#shared/auth/dynamodb/org-reader.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { toTokenItem } from "#shared/auth/dynamodb/token-item.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { createViewerKeyReader } from "#shared/auth/dynamodb/viewer-key-store.ts";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { toTokenRef } from "#shared/auth/token-format.ts";
import type { ViewerKeyReader } from "#shared/auth/viewer-tokens/viewer-key-cache.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createPageCheckpointStore } from "#shared/events/dynamodb/page-checkpoint-store.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import type { PageCheckpointStore } from "#shared/events/query/page-checkpoint.ts";
import type { EventQuery, EventReader } from "#shared/events/query/query.ts";
import { oneShard, type ShardSettingsReader } from "#shared/events/shards/shard-settings-cache.ts";
import type { ShardCount } from "#shared/events/shards/shards.ts";
import type { ScheduledDeliveryStore } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { scheduledDeliveryStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { endpointReader } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import type { EndpointReader } from "#shared/webhooks/endpoints/endpoint.ts";
import { endpointHealthList, endpointHealthStore } from "#shared/webhooks/limits/dynamodb/endpoint-health-store.ts";
import type { EndpointHealthList } from "#shared/webhooks/limits/endpoint-health.ts";
import { initialHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";
import { replayListStore } from "#shared/webhooks/replays/dynamodb/replay-list-store.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import { aDeliveryMessage, anEndpoint, anEvent, aQuery, aSecret, aToken, testNow } from "#test/support/builders.ts";

/** A call of every method. The compiler requires one for each method of the ports of a function. */
export type Calls<Store> = { readonly [Method in keyof Store]: () => Promise<unknown> };

/** The calls of a function, by the name of the port and of its method. */
export type StoreCalls = Readonly<Record<string, Readonly<Record<string, () => Promise<unknown>>>>>;

/** The tables, by the names of the resources in the template. */
export const tables = {
  config: "AuthConfig",
  events: "EventLogTable",
  ledger: "LedgerTable",
  deliveries: "WebhooksDeliveriesTable",
};

const message = aDeliveryMessage();
const { org_id, endpoint_id, delivery_id } = message;
const endpoint = anEndpoint();
export const lease = { id: "lease", permits: 2, expiresAt: testNow.getTime() + 60_000 };
const ref = toTokenRef(aSecret());
const window = { start: testNow, limit: 600 };
const now = () => testNow;
const replay = {
  ...{ replay_id: `rpl_${"0".repeat(32)}`, org_id, endpoint_id, events: null, only: "all" as const },
  ...{ since: "2026-05-01T00:00:00.000Z", until: "2026-06-01T00:00:00.000Z", status: "running" as const },
  ...{ examined: 0, sent: 0, cursor: null, created_at: testNow.toISOString(), updated_at: testNow.toISOString() },
};
const delivery = {
  ...{ org_id, endpoint_id, delivery_id, event_type: message.event_type, event: message.event, cycle: 0, step: 1 },
  ...{ sequence: message.sequence, sealed_at: message.sealed_at },
  ...{ status: "pending" as const, reason: null, attempts: 1, created_at: testNow.toISOString() },
  ...{ last_attempt_at: null, last_status: null, last_error: null, last_duration_ms: null, next_attempt_at: null },
};
const attempt = {
  ...{ number: 1, at: testNow.toISOString(), duration_ms: 5, status: 200, error: null, message: null },
  ...{ headers: {}, body: "", body_truncated: false },
};

/** Items that the stores can parse, because a branch after parsing is only reached with a valid item. */
export const parsable = {
  none: { pk: { S: "some" }, sk: { S: "item" } },
  delivery: marshall({ ...delivery, lease_until: "2026-01-01T00:00:00.000Z" }),
  replay: marshall(replay),
  endpoint: marshall(endpoint),
  event: marshall(toEventItem(anEvent())),
  token: { ...toTokenItem(aToken()), ...marshall({ rate_window: "2026-06-01T11:00:00.000Z", rate_used: 3 }) },
  health: marshall({
    version: 1,
    limit: 10,
    vacant: 8,
    leases: { other: { permits: 2, expiresAt: 1 } },
    failures: 0,
    openings: 0,
  }),
};

export function deliveriesCalls(
  client: DynamoDBClient,
): Calls<WebhookManagementPorts["deliveries"] & DeliveryPorts["deliveries"] & { failed: unknown }> {
  const store = deliveryStore(client, tables.deliveries);
  const query = { endpoint_id, limit: 5, after: null, status: null, event_type: null, since: null, until: null };
  return {
    create: () => store.create(message, testNow, testNow.toISOString()),
    recordScheduled: () => store.recordScheduled(message, testNow, testNow.toISOString()),
    claim: () => store.claim(message, testNow, 60),
    record: () => store.record(delivery, attempt),
    get: () => store.get(endpoint_id, delivery_id),
    attempts: () => store.attempts(endpoint_id, delivery_id),
    page: async () => {
      for (const status of [null, "pending", "failed"] as const) await store.page({ ...query, status });
    },
    /** The only page that replays and repairs read. */
    failed: () => store.page({ ...query, status: "failed" }),
    statuses: () => store.statuses(endpoint_id, [delivery_id]),
  };
}

export function healthCalls(client: DynamoDBClient): Calls<DeliveryPorts["health"]> {
  const store = endpointHealthStore(client, tables.deliveries);
  return {
    get: () => store.get(endpoint_id),
    acquire: () => store.acquire(endpoint_id, lease, testNow.getTime()),
    releaseUnused: () => store.releaseUnused(endpoint_id, lease, 1),
    release: () => store.release(endpoint_id, lease, testNow.getTime(), 100),
    acquireProbe: () => store.acquireProbe(endpoint_id, lease.expiresAt, testNow.getTime()),
    increaseLimit: () => store.increaseLimit(endpoint_id, 20),
    update: () => store.update(endpoint_id, initialHealth, initialHealth),
  };
}

export function healthListCalls(client: DynamoDBClient): Calls<EndpointHealthList> {
  return { list: () => endpointHealthList(client, tables.deliveries).list([endpoint_id]) };
}

export function endpointsCalls(client: DynamoDBClient): Calls<WebhookManagementPorts["endpoints"]> {
  const store = endpointStore(client, tables, now);
  return {
    create: () => store.create(endpoint, anEvent()),
    list: () => store.list(org_id),
    get: () => store.get(org_id, endpoint_id),
    update: () => store.update(endpoint, endpoint, anEvent()),
    remove: () => store.remove(endpoint, anEvent()),
  };
}

export function tokenCalls(client: DynamoDBClient): Calls<TokenUsageStore<Token>> {
  const store = createTokenUsageStore(client, tables.config);
  return {
    get: () => store.get(ref, window),
    count: () => store.count(ref, window),
    acquireLease: () => store.acquireLease(ref.holder, testNow, testNow),
    charge: () => store.charge(ref.holder, window, { requests: 2, lease: { slot: 1, until: testNow.getTime() } }),
  };
}

export function suspendedCalls(client: DynamoDBClient): Calls<ShardSettingsReader> {
  return { read: () => createSuspendedOrgReader(client, tables.config).list() };
}

export function viewerKeyCalls(client: DynamoDBClient): Calls<ViewerKeyReader> {
  return { list: () => createViewerKeyReader(client, tables.config).list() };
}

export function replayCalls(client: DynamoDBClient): Calls<WebhookManagementPorts["replays"]> {
  const store = replayStore(client, tables.deliveries);
  return {
    save: () => store.save(replay),
    getActive: () => store.getActive(endpoint_id, testNow),
    get: () => store.get(endpoint_id, replay.replay_id),
  };
}

export function replayListCalls(client: DynamoDBClient): Calls<WebhookManagementPorts["replayLists"]> {
  const store = replayListStore(client, tables.deliveries, now);
  return {
    get: () => store.get(org_id),
    replace: () => store.replace(org_id, { replays: [], version: 1 }, []),
  };
}

export function scheduledDeliveryCalls(client: DynamoDBClient): Calls<ScheduledDeliveryStore> {
  const store = scheduledDeliveryStore(client, tables.deliveries);
  return {
    add: () => store.add(message, testNow),
    listDue: () => store.listDue(3, testNow),
    remove: () => store.remove([{ message, shard: 3, key: "key" }]),
  };
}

export function endpointSourceCalls(client: DynamoDBClient): Calls<EndpointReader> {
  const source = endpointReader(client, tables.config);
  return {
    list: () => source.list(org_id),
    get: () => source.get(org_id, endpoint_id),
    listOrgIds: () => source.listOrgIds(7),
    listChanges: () => source.listChanges(testNow.toISOString()),
  };
}

/** One call for each index, with one shard and with two: each index needs its own permission. */
export function eventReaderCalls(client: DynamoDBClient) {
  const page = (count: ShardCount, filter: Partial<EventQuery>) => () => {
    const shards = { ...oneShard, countToRead: () => count };
    return createEventStore(client, tables.events, { shards, budget: { reads: 2, bytes: 1_000 }, now }).readPage(
      aQuery(filter),
    );
  };
  return {
    readPage: page(1, {}),
    pageOfShards: page(2, {}),
    pageOfTimeline: page(1, { entity_id: "inv" }),
    pageByContact: page(1, { contact_id: "con" }),
    pageByActor: page(1, { actor_user_id: "usr" }),
    pageOfPaid: page(1, { payment_status: "paid" }),
    pageByType: page(1, { entity_type: "INVOICE" }),
  } satisfies Calls<EventReader> & StoreCalls[string];
}

export function shardCalls(client: DynamoDBClient): Calls<ShardSettingsReader> {
  return { read: () => createShardSettingsReader(client, tables.config).read() };
}

export function orgCalls(client: DynamoDBClient): Calls<OrgReader> {
  return { get: () => createOrgReader(client, tables.config).get(org_id) };
}

export function placeCalls(client: DynamoDBClient): Calls<PageCheckpointStore> {
  const store = createPageCheckpointStore(client, tables.config);
  const list = { org_id, listKey: "list" };
  return {
    findNearest: () => store.findNearest(list, 100, 5, testNow),
    put: () => store.put(list, { offset: 100, after: anEvent(), head: anEvent() }, testNow),
  };
}
