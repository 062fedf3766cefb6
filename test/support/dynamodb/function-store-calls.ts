import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ChangesCall } from "#shared/api/changes/operations/changes-call.ts";
import type { AdminStore } from "#shared/auth/admin/admin.ts";
import { createAccessGrantStore } from "#shared/auth/dynamodb/access-grant-store.ts";
import { createAdminStore } from "#shared/auth/dynamodb/admin-store.ts";
import { createOrgTokenStore } from "#shared/auth/dynamodb/org-token-store.ts";
import { createViewerKeyStore, type ViewerKeyStore } from "#shared/auth/dynamodb/viewer-key-store.ts";
import type { AccessGrantStore } from "#shared/auth/issue-access-token.ts";
import type { OrgTokenStore } from "#shared/auth/org-tokens.ts";
import type { AppendStore } from "#shared/events/append.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createIdempotencyStore } from "#shared/events/dynamodb/idempotency-store.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { oneShard } from "#shared/events/shards/shard-settings-cache.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { createCheckpointStore } from "#shared/ledger/dynamodb/checkpoint-store.ts";
import { createClaimStore } from "#shared/ledger/dynamodb/claim-store.ts";
import { createEventItemReader, createStoredEventFinder } from "#shared/ledger/dynamodb/event-item-reader.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createRoundStore } from "#shared/ledger/dynamodb/round-store.ts";
import { createSequenceFinder } from "#shared/ledger/dynamodb/sequence-finder.ts";
import { createTileStore } from "#shared/ledger/dynamodb/tile-store.ts";
import { createSequencedEventReader } from "#shared/ledger/feed/dynamodb/sequenced-event-reader.ts";
import { createWaitLeaseStore } from "#shared/ledger/feed/dynamodb/wait-lease-store.ts";
import type { SequencedEventReader } from "#shared/ledger/feed/resolve-entries.ts";
import type { WaitLeases } from "#shared/ledger/feed/wait-leases.ts";
import type { ProofPorts } from "#shared/ledger/proofs/proof-ports.ts";
import { createEventKeyReader } from "#shared/ledger/reconcile/dynamodb/event-key-reader.ts";
import { createReconcileRunStore } from "#shared/ledger/reconcile/dynamodb/run-store.ts";
import type { ReconcilePorts } from "#shared/ledger/reconcile/ports.ts";
import { createRun } from "#shared/ledger/reconcile/reconcile-run.ts";
import type { SequencerPorts } from "#shared/ledger/sequencer/ports.ts";
import { initialClaim, type ShardClaims } from "#shared/ledger/sequencer/shard-claim.ts";
import { listedOrgPrefix, orgsPartition } from "#shared/platform/dynamodb/keys.ts";
import { listSuffixes } from "#shared/platform/dynamodb/operations.ts";
import type { DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import type { EnqueueDuePorts } from "#shared/webhooks/deliveries/scheduled-deliveries.ts";
import { dataKeyStore } from "#shared/webhooks/endpoints/dynamodb/data-key-store.ts";
import type { DataKeyStore, EndpointReader } from "#shared/webhooks/endpoints/endpoint.ts";
import type { TokenEndpointPorts } from "#shared/webhooks/endpoints/token-endpoints.ts";
import { hostCounterStore } from "#shared/webhooks/limits/dynamodb/host-counter-store.ts";
import { orgPermitStore } from "#shared/webhooks/limits/dynamodb/org-permit-store.ts";
import type { HostCounterStore } from "#shared/webhooks/limits/host-rate-limiter.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";
import type { RepairPorts } from "#shared/webhooks/replays/repair.ts";
import type { ReplayPorts } from "#shared/webhooks/replays/run-replay.ts";
import { aDeliveryMessage, anEvent, anOrg, aToken, testNow } from "#test/support/builders.ts";
import { chunksOf, eventEntries } from "#test/support/ledger/entries.ts";
import { aViewerKey } from "#test/support/viewer-tokens.ts";
import { anchorCalls, publicAnchorCalls } from "./anchor-store-calls.ts";
import {
  type Calls,
  deliveriesCalls,
  endpointSourceCalls,
  endpointsCalls,
  eventReaderCalls,
  healthCalls,
  healthListCalls,
  lease,
  orgCalls,
  placeCalls,
  replayCalls,
  replayListCalls,
  type StoreCalls,
  scheduledDeliveryCalls,
  shardCalls,
  suspendedCalls,
  tables,
  tokenCalls,
  viewerKeyCalls,
} from "./store-calls.ts";

const { org_id } = aDeliveryMessage();

function webhooksApi(client: DynamoDBClient) {
  const keys = dataKeyStore(client, tables.config);
  const { create, get, attempts, page, statuses } = deliveriesCalls(client);
  return {
    deliveries: { create, get, attempts, page, statuses } satisfies Calls<WebhookManagementPorts["deliveries"]>,
    health: { ...healthCalls(client), ...healthListCalls(client) } satisfies Calls<WebhookManagementPorts["health"]>,
    endpoints: endpointsCalls(client) satisfies Calls<WebhookManagementPorts["endpoints"]>,
    replays: replayCalls(client) satisfies Calls<WebhookManagementPorts["replays"]>,
    replayLists: replayListCalls(client) satisfies Calls<WebhookManagementPorts["replayLists"]>,
    events: {
      ...eventReaderCalls(client),
      get: () => createEventStore(client, tables.events).get(org_id, anEvent()),
    } satisfies Calls<WebhookManagementPorts["events"]>,
    shards: shardCalls(client),
    keys: { get: () => keys.get(org_id), create: () => keys.create(org_id, "key") } satisfies Calls<DataKeyStore>,
    tokens: tokenCalls(client),
    viewerKeys: viewerKeyCalls(client),
    suspended: suspendedCalls(client),
  };
}

function sender(client: DynamoDBClient) {
  const orgPermits = orgPermitStore(client, tables.deliveries);
  const hostCounters = hostCounterStore(client, tables.deliveries);
  const pool = { org_id, part: 0, size: 25 };
  const { claim, recordScheduled, record } = deliveriesCalls(client);
  const { get, update } = endpointsCalls(client);
  const { add } = scheduledDeliveryCalls(client);
  return {
    deliveries: { claim, recordScheduled, record } satisfies Calls<DeliveryPorts["deliveries"]>,
    health: healthCalls(client) satisfies Calls<DeliveryPorts["health"]>,
    endpoints: { get, update } satisfies Calls<DeliveryPorts["endpoints"]>,
    orgPermits: {
      acquire: () => orgPermits.acquire(pool, lease, testNow.getTime()),
      release: () => orgPermits.release(pool, lease),
    } satisfies Calls<DeliveryPorts["orgPermits"]>,
    scheduled: { add } satisfies Calls<DeliveryPorts["scheduled"]>,
    hostCounters: {
      increment: () => hostCounters.increment("a.example", testNow, 50, 100),
    } satisfies Calls<HostCounterStore>,
    events: { get: () => createEventStore(client, tables.events).get(org_id, anEvent()) } satisfies Calls<
      DeliveryPorts["events"]
    >,
    suspended: suspendedCalls(client),
  };
}

function fanOut(client: DynamoDBClient) {
  return { endpoints: endpointSourceCalls(client) satisfies Calls<EndpointReader> };
}

function sequencer(client: DynamoDBClient) {
  const ledger = createLedgerStore(client, tables.ledger);
  const claims = createClaimStore(client, { table: tables.config, ledgerTable: tables.ledger, now: () => testNow });
  const [built] = chunksOf(eventEntries(1));
  const [tile] = chunksOf(eventEntries(256));
  const put = async (one: typeof built) => one && ledger.put(org_id, one.chunk, one.tileRoots);
  return {
    ledger: {
      getNewestChunk: () => ledger.getNewestChunk(org_id, true),
      getChunk: () => ledger.getChunk(org_id, 0),
      listChunks: () => ledger.listChunks(org_id, { from: 1, isConsistent: true }),
      put: async () => {
        for (const one of [built, tile]) await put(one);
      },
    } satisfies Calls<SequencerPorts["ledger"]>,
    claims: {
      get: () => claims.get("shardId-1"),
      put: async () => {
        for (const version of [1, 2]) await claims.put("shardId-1", { ...initialClaim, version });
      },
    } satisfies Calls<ShardClaims>,
  };
}

function scheduledDeliveries(client: DynamoDBClient) {
  const { listDue, remove } = scheduledDeliveryCalls(client);
  return { scheduled: { listDue, remove } satisfies Calls<EnqueueDuePorts["scheduled"]> };
}

function replayer(client: DynamoDBClient) {
  const { failed, statuses } = deliveriesCalls(client);
  const { save, get } = replayCalls(client);
  return {
    endpoints: { get: endpointSourceCalls(client).get } satisfies Calls<ReplayPorts["endpoints"]>,
    deliveries: { page: failed, statuses } satisfies Calls<ReplayPorts["deliveries"]>,
    replays: { save, get } satisfies Calls<ReplayPorts["replays"]>,
    events: eventReaderCalls(client) satisfies Calls<ReplayPorts["events"]>,
    shards: shardCalls(client),
    suspended: suspendedCalls(client),
  };
}

function repair(client: DynamoDBClient) {
  const { list, get, listOrgIds } = endpointSourceCalls(client);
  const { failed, statuses } = deliveriesCalls(client);
  const { save, getActive: running } = replayCalls(client);
  return {
    endpoints: { list, get, listOrgIds } satisfies Calls<RepairPorts["endpoints"]>,
    deliveries: { page: failed, statuses } satisfies Calls<RepairPorts["deliveries"]>,
    replays: { save, getActive: running } satisfies Calls<RepairPorts["replays"]>,
    events: eventReaderCalls(client) satisfies Calls<RepairPorts["events"]>,
    shards: shardCalls(client),
  };
}

function admin(client: DynamoDBClient) {
  const store = createAdminStore(client, tables.config);
  const keys = createViewerKeyStore(client, tables.config);
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
    viewerKeys: {
      list: () => keys.list(),
      add: () => keys.add(aViewerKey()),
      remove: () => keys.remove(aViewerKey()),
    } satisfies Calls<ViewerKeyStore>,
  };
}

function ingest(client: DynamoDBClient) {
  const pins = createIdempotencyStore(client, tables.config);
  const pin = { event_id: "evt", occurred_at: testNow.toISOString(), entity_id: "inv", writer: "AROA" };
  return {
    store: {
      put: () => createEventStore(client, tables.events).put(anEvent()),
      claimKey: async () => {
        for (const isOwn of [false, true]) await pins.claimKey(org_id, "key", pin, { now: testNow, isOwn });
      },
    } satisfies Calls<AppendStore>,
    shards: shardCalls(client),
  };
}

function oauth(client: DynamoDBClient) {
  const issued = createAccessGrantStore(client, tables.config);
  return {
    tokens: tokenCalls(client),
    issued: {
      get: () => issued.get("tok_1"),
      replace: () => issued.replace("tok_1", {}, {}),
      revoke: () => issued.revoke("tok_1", "hash"),
    } satisfies Calls<AccessGrantStore>,
    suspended: suspendedCalls(client),
  };
}

function viewerTokens(client: DynamoDBClient) {
  return { tokens: tokenCalls(client), viewerKeys: viewerKeyCalls(client), suspended: suspendedCalls(client) };
}

function orgTokens(client: DynamoDBClient) {
  const store = createOrgTokenStore(client, tables.config);
  const revocation = { orgId: org_id, at: testNow.toISOString() };
  const calls: Calls<OrgTokenStore> = {
    list: () => store.list(org_id, { limit: 5, after: null }),
    get: () => store.get(aToken().token_id),
    revoke: async () => {
      for (const isLast of [false, true]) await store.revoke(aToken().token_id, { ...revocation, isLast });
    },
  };
  return { tokens: tokenCalls(client), suspended: suspendedCalls(client), orgTokens: calls };
}

function changes(client: DynamoDBClient) {
  const ledger = createLedgerStore(client, tables.ledger);
  const meter = { next: async () => undefined, add: () => undefined };
  const events = createSequencedEventReader(client, tables.events, { meter, reportDamage: () => undefined });
  const entry = { ...anEvent(), kind: "event", notifies: true, sha256: new Uint8Array(32) } as const;
  const ledgerCalls: Calls<ChangesCall["ledger"]> = {
    getNewestChunk: () => ledger.getNewestChunk(org_id),
    getChunk: () => ledger.getChunk(org_id, 1),
    listChunks: () => ledger.listChunks(org_id, { from: 1 }),
  };
  const eventCalls: Calls<SequencedEventReader> = { get: () => events.get(org_id, [entry], false) };
  const waits = createWaitLeaseStore(client, tables.config, { maxWaits: 2, random: () => 0 });
  const waitLease = { slot: 1, until: testNow.getTime() };
  const waitCalls: Calls<WaitLeases> = {
    acquire: () => waits.acquire(org_id, testNow),
    release: () => waits.release({ org_id, ofOrg: waitLease, ofAll: waitLease }),
  };
  return {
    waits: waitCalls,
    tokens: tokenCalls(client),
    suspended: suspendedCalls(client),
    ledger: ledgerCalls,
    events: eventCalls,
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

function finzbooks(client: DynamoDBClient) {
  const find = createSequenceFinder(client, tables.ledger);
  const meter = { next: async () => undefined, add: () => undefined };
  return {
    ...dialect(client),
    viewerKeys: viewerKeyCalls(client),
    sequences: { find: () => find(org_id, [anEvent()], meter) },
  };
}

/** The calls of a dialect whose lists are paged by number, and which renders the organisation's settings. */
function numberedDialect(client: DynamoDBClient) {
  return { ...dialect(client), orgs: orgCalls(client), places: placeCalls(client) };
}

function review(client: DynamoDBClient) {
  return { orgs: orgCalls(client), shards: shardCalls(client) };
}

/** The store calls of each function with a permission for a table, by the function's id in the template. */
function proofs(client: DynamoDBClient) {
  const checkpoints = createCheckpointStore(client, tables.config);
  const ledger = createLedgerStore(client, tables.ledger);
  const tiles = createTileStore(client, tables.ledger);
  const checkpoint = { size: 1, frontier: [new Uint8Array(32)], note: "note", signed_at: testNow.toISOString() };
  const range = { level: 1, first: 0, end: 1 };
  const meter = { next: async () => undefined, add: () => undefined };
  const entry = { ...anEvent(), kind: "event", notifies: true, sha256: new Uint8Array(32) } as const;
  return {
    checkpoints: {
      getLatest: () => checkpoints.getLatest(org_id),
      findBySize: () => checkpoints.findBySize(org_id, { min: 1, max: 2 }),
      put: () => checkpoints.put(org_id, checkpoint, null),
    } satisfies Calls<ProofPorts["checkpoints"]>,
    ledger: {
      getNewestChunk: () => ledger.getNewestChunk(org_id, true),
      getChunk: () => ledger.getChunk(anchorsLog, 0),
      listChunks: () => ledger.listChunks(anchorsLog, { from: 0 }),
    } satisfies Calls<ProofPorts["ledger"]>,
    rounds: { get: () => createRoundStore(client, tables.ledger).get(new Uint8Array(32)) } satisfies Calls<
      ProofPorts["rounds"]
    >,
    tiles: {
      listChunks: () => tiles.listChunks(org_id, { ...range, level: 0 }, true),
      listNodes: () => tiles.listNodes(org_id, range, true),
    } satisfies Calls<ProofPorts["tiles"]>,
    events: {
      getEventItem: () => createEventItemReader(client, tables.events, meter)(org_id, entry),
      findStoredEvent: () => {
        const { entity_id, event_id, occurred_at } = entry;
        const occurred = { first: occurred_at, last: occurred_at };
        const find = createStoredEventFinder(client, tables.events, { visibleEntityTypes: documentTypes, meter });
        return find(org_id, { entity_id, event_id, occurred });
      },
    },
    tokens: tokenCalls(client),
    suspended: suspendedCalls(client),
  };
}

function reconciler(client: DynamoDBClient) {
  const runs = createReconcileRunStore(client, {
    table: tables.config,
    ledgerTable: tables.ledger,
    now: () => testNow,
  });
  const events = createEventKeyReader(client, tables.events, {
    shards: oneShard,
    meter: { next: async () => undefined, add: () => undefined },
  });
  const key = { log: org_id, isDryRun: false };
  const until = testNow.toISOString();
  return {
    ledger: sequencer(client).ledger,
    runs: {
      get: () => runs.get(key),
      put: async () => {
        for (const version of [1, 2]) await runs.put(key, { run: createRun(testNow), version });
      },
      delete: () => runs.delete(key, 2),
    } satisfies Calls<ReconcilePorts["runs"]>,
    events: {
      listKeys: async () => {
        for (const after of [null, anEvent()]) await events.listKeys(org_id, { since: null, after, until });
      },
      getItems: () => events.getItems(org_id, [anEvent()]),
    } satisfies Calls<ReconcilePorts["events"]>,
    orgs: { listOrgIds: () => listSuffixes(client, tables.config, { pk: orgsPartition, prefix: listedOrgPrefix }) },
    shards: shardCalls(client),
  };
}

export const storeCallsOfFunctions: Readonly<Record<string, (client: DynamoDBClient) => StoreCalls>> = {
  AnchorsApi: publicAnchorCalls,
  AnchorsFunction: anchorCalls,
  AuthAdmin: admin,
  AuthOauth: oauth,
  AuthTokens: orgTokens,
  AuthViewerTokens: viewerTokens,
  ChangeFeedFunction: changes,
  IngestFunction: ingest,
  ProofsFunction: proofs,
  PublicApiFakturoid: numberedDialect,
  PublicApiFinzbooks: finzbooks,
  PublicApiSimplybooks: numberedDialect,
  AuditFunction: review,
  ReconcilerFunction: reconciler,
  SequencerFunction: sequencer,
  WebhooksApi: webhooksApi,
  WebhooksDeliverySchedulerFunction: scheduledDeliveries,
  WebhooksFanOutConsumer: fanOut,
  WebhooksReplaysRepair: repair,
  WebhooksReplaysReplayer: replayer,
  WebhooksSenderFunction: sender,
};
