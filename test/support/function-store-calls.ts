import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { AdminStore } from "#shared/auth/admin/admin.ts";
import type { ClientTokens } from "#shared/auth/client-tokens.ts";
import { adminStore } from "#shared/auth/dynamodb/admin-store.ts";
import { clientTokens } from "#shared/auth/dynamodb/client-token-store.ts";
import type { AppendStore } from "#shared/events/append.ts";
import { eventStore } from "#shared/events/dynamodb/event-store.ts";
import { pinStore } from "#shared/events/dynamodb/idempotency-store.ts";
import type { DeliveryWorld } from "#shared/webhooks/deliveries/delivery-ports.ts";
import type { DueWorld } from "#shared/webhooks/deliveries/scheduled-deliveries.ts";
import { dataKeyStore } from "#shared/webhooks/endpoints/dynamodb/data-key-store.ts";
import type { DataKeyStore, EndpointSource } from "#shared/webhooks/endpoints/endpoint.ts";
import type { ManageWorld } from "#shared/webhooks/endpoints/management-ports.ts";
import type { TokenEndpointPorts } from "#shared/webhooks/endpoints/token-endpoints.ts";
import { destinationStore } from "#shared/webhooks/limits/dynamodb/host-counter-store.ts";
import { permitStore } from "#shared/webhooks/limits/dynamodb/org-permit-store.ts";
import type { DestinationStore } from "#shared/webhooks/limits/host-rate-limit.ts";
import type { RepairPorts } from "#shared/webhooks/replays/repair.ts";
import type { ReplayWorld } from "#shared/webhooks/replays/run-replay.ts";
import { aDeliveryMessage, anEvent, anOrg, aToken, testNow } from "./builders.ts";
import {
  type Calls,
  deliveriesCalls,
  dueCalls,
  endpointSourceCalls,
  endpointsCalls,
  eventReaderCalls,
  healthCalls,
  lease,
  orgCalls,
  placeCalls,
  replayCalls,
  replayListCalls,
  type StoreCalls,
  shardCalls,
  suspendedCalls,
  tables,
  tokenCalls,
} from "./store-calls.ts";

const { org_id } = aDeliveryMessage();

function webhooksApi(client: DynamoDBClient) {
  const keys = dataKeyStore(client, tables.config);
  const { create, get, attempts, page, statuses } = deliveriesCalls(client);
  return {
    deliveries: { create, get, attempts, page, statuses } satisfies Calls<ManageWorld["deliveries"]>,
    health: healthCalls(client) satisfies Calls<ManageWorld["health"]>,
    endpoints: endpointsCalls(client) satisfies Calls<ManageWorld["endpoints"]>,
    replays: replayCalls(client) satisfies Calls<ManageWorld["replays"]>,
    replayLists: replayListCalls(client) satisfies Calls<ManageWorld["replayLists"]>,
    events: eventReaderCalls(client) satisfies Calls<ManageWorld["events"]>,
    shards: shardCalls(client),
    keys: { get: () => keys.get(org_id), create: () => keys.create(org_id, "key") } satisfies Calls<DataKeyStore>,
    tokens: tokenCalls(client),
    suspended: suspendedCalls(client),
  };
}

function sender(client: DynamoDBClient) {
  const permits = permitStore(client, tables.deliveries);
  const destinations = destinationStore(client, tables.deliveries);
  const pool = { org_id, part: 0, size: 25 };
  const { claim, announce, record } = deliveriesCalls(client);
  const { get, update } = endpointsCalls(client);
  const { add } = dueCalls(client);
  return {
    deliveries: { claim, announce, record } satisfies Calls<DeliveryWorld["deliveries"]>,
    health: healthCalls(client) satisfies Calls<DeliveryWorld["health"]>,
    endpoints: { get, update } satisfies Calls<DeliveryWorld["endpoints"]>,
    permits: {
      take: () => permits.take(pool, lease, testNow.getTime()),
      giveBack: () => permits.giveBack(pool, lease),
    } satisfies Calls<DeliveryWorld["permits"]>,
    due: { add } satisfies Calls<DeliveryWorld["due"]>,
    destinations: {
      count: () => destinations.count("a.example", testNow, 50, 100),
    } satisfies Calls<DestinationStore>,
    events: { get: () => eventStore(client, tables.events).get(org_id, anEvent()) } satisfies Calls<
      DeliveryWorld["events"]
    >,
    suspended: suspendedCalls(client),
  };
}

function fanOut(client: DynamoDBClient) {
  return { endpoints: endpointSourceCalls(client) satisfies Calls<EndpointSource> };
}

function due(client: DynamoDBClient) {
  const { due, remove } = dueCalls(client);
  return { due: { due, remove } satisfies Calls<DueWorld["due"]> };
}

function replayer(client: DynamoDBClient) {
  const { failed, statuses } = deliveriesCalls(client);
  const { save, get } = replayCalls(client);
  return {
    endpoints: { get: endpointSourceCalls(client).get } satisfies Calls<ReplayWorld["endpoints"]>,
    deliveries: { page: failed, statuses } satisfies Calls<ReplayWorld["deliveries"]>,
    replays: { save, get } satisfies Calls<ReplayWorld["replays"]>,
    events: eventReaderCalls(client) satisfies Calls<ReplayWorld["events"]>,
    shards: shardCalls(client),
    suspended: suspendedCalls(client),
  };
}

function repair(client: DynamoDBClient) {
  const { list, get, orgsIn } = endpointSourceCalls(client);
  const { failed, statuses } = deliveriesCalls(client);
  const { save, running } = replayCalls(client);
  return {
    endpoints: { list, get, orgsIn } satisfies Calls<RepairPorts["endpoints"]>,
    deliveries: { page: failed, statuses } satisfies Calls<RepairPorts["deliveries"]>,
    replays: { save, running } satisfies Calls<RepairPorts["replays"]>,
    events: eventReaderCalls(client) satisfies Calls<RepairPorts["events"]>,
    shards: shardCalls(client),
  };
}

function admin(client: DynamoDBClient) {
  const store = adminStore(DynamoDBDocumentClient.from(client), tables.config);
  const { list, get, update } = endpointsCalls(client);
  return {
    store: {
      createOrg: () => store.createOrg(anOrg()),
      updateOrg: () => store.updateOrg(org_id, { slug: "other", shards: 2 }, testNow),
      suspendOrg: () => store.suspendOrg(org_id, testNow.toISOString()),
      listOrgs: () => store.listOrgs(),
      createToken: () => store.createToken(aToken()),
      listTokens: () => store.listTokens(org_id),
      revokeToken: () => store.revokeToken(aToken().token_id, testNow.toISOString()),
    } satisfies Calls<AdminStore>,
    resume: { suspendOrg: () => store.suspendOrg(org_id, null) },
    endpoints: { list, get, update } satisfies Calls<TokenEndpointPorts["endpoints"]>,
  };
}

function ingest(client: DynamoDBClient) {
  const pins = pinStore(DynamoDBDocumentClient.from(client), tables.config);
  const pin = { event_id: "evt", occurred_at: testNow.toISOString(), entity_id: "inv", writer: "AROA" };
  return {
    store: {
      put: () => eventStore(client, tables.events).put(anEvent()),
      pin: async () => {
        for (const isOwn of [false, true]) await pins.pin(org_id, "key", pin, { now: testNow, isOwn });
      },
    } satisfies Calls<AppendStore>,
    shards: shardCalls(client),
  };
}

function oauth(client: DynamoDBClient) {
  const issued = clientTokens(client, tables.config);
  return {
    tokens: tokenCalls(client),
    issued: {
      grants: () => issued.grants("tok_1"),
      replace: () => issued.replace("tok_1", {}, {}),
      revoke: () => issued.revoke("tok_1", "hash"),
    } satisfies Calls<ClientTokens>,
    suspended: suspendedCalls(client),
  };
}

function dialect(client: DynamoDBClient) {
  return {
    tokens: tokenCalls(client),
    suspended: suspendedCalls(client),
    events: eventReaderCalls(client),
    shards: shardCalls(client),
  };
}

/** A dialect whose lists are paged by number, and which shows the organisation's settings. */
function numberedDialect(client: DynamoDBClient) {
  return { ...dialect(client), orgs: orgCalls(client), places: placeCalls(client) };
}

function review(client: DynamoDBClient) {
  return { orgs: orgCalls(client), shards: shardCalls(client) };
}

/** What each function with a right to a table calls of its stores, by the function's id in the template. */
export const storeCallsOfFunctions: Readonly<Record<string, (client: DynamoDBClient) => StoreCalls>> = {
  AccessAdmin: admin,
  AccessOauth: oauth,
  IngestFunction: ingest,
  ReadApiFakturoid: numberedDialect,
  ReadApiFinzbooks: dialect,
  ReadApiSimplybooks: numberedDialect,
  ReviewFunction: review,
  WebhooksApi: webhooksApi,
  WebhooksDeliveriesDue: due,
  WebhooksDeliveriesFanOut: fanOut,
  WebhooksDeliveriesRepair: repair,
  WebhooksDeliveriesReplayer: replayer,
  WebhooksDeliveriesSender: sender,
};
