import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoDbAccess } from "../../infra/local/gate/dynamodb-access.ts";
import { policyJudge } from "../../infra/local/gate/judge.ts";
import type { AdminStore } from "../../shared/access/admin.ts";
import type { TokenUses } from "../../shared/access/authenticate.ts";
import type { Token } from "../../shared/access/caller.ts";
import type { ClientTokens } from "../../shared/access/client-tokens.ts";
import { tokenRefOf } from "../../shared/access/token.ts";
import type { AppendStore } from "../../shared/events/append.ts";
import { adminStore } from "../../shared/store/admin.ts";
import { clientTokens } from "../../shared/store/client-tokens.ts";
import { dataKeyStore } from "../../shared/store/data-keys.ts";
import { deliveryStore } from "../../shared/store/deliveries.ts";
import { destinationStore } from "../../shared/store/destinations.ts";
import { dueStore } from "../../shared/store/due.ts";
import { endpointStore } from "../../shared/store/endpoints.ts";
import { toItem } from "../../shared/store/event-item.ts";
import { eventStore } from "../../shared/store/events.ts";
import { healthStore } from "../../shared/store/health.ts";
import { permitStore } from "../../shared/store/permits.ts";
import { pinStore } from "../../shared/store/pins.ts";
import { replayListStore } from "../../shared/store/replay-lists.ts";
import { replayStore } from "../../shared/store/replays.ts";
import { suspendedOrgsReader } from "../../shared/store/suspended-orgs.ts";
import { toTokenItem } from "../../shared/store/token-item.ts";
import { tokenUses } from "../../shared/store/token-uses.ts";
import type { DeliveryWorld } from "../../shared/webhooks/delivery-world.ts";
import type { DestinationStore } from "../../shared/webhooks/destinations.ts";
import { initialHealth } from "../../shared/webhooks/health.ts";
import type { ManageWorld } from "../../shared/webhooks/manage-world.ts";
import type { TokenEndpointPorts } from "../../shared/webhooks/token-endpoints.ts";
import { aDeliveryMessage, anEndpoint, anEvent, anOrg, aSecret, aToken, testNow } from "../support/builders.ts";
import { permissionsOf } from "../support/policies.ts";
import { scripts, startScriptedDynamoDb } from "../support/scripted-dynamodb.ts";
import { templateOf } from "../support/template.ts";

/** A call of every method: the compiler asks for one of each that a function's ports name. */
type Calls<Store> = { readonly [Method in keyof Store]: () => Promise<unknown> };

const where = { account: "000000000000", region: "us-east-1" };
const tables = { config: "AccessConfig", events: "EventLogTable", deliveries: "WebhooksDeliveriesTable" };
const partitionKeys = new Map([
  [tables.config, "pk"],
  [tables.events, "timeline"],
  [tables.deliveries, "pk"],
]);

let engine: Awaited<ReturnType<typeof startScriptedDynamoDb>>;
beforeAll(async () => {
  engine = await startScriptedDynamoDb();
});
afterAll(() => engine.close());

const message = aDeliveryMessage();
const { org_id, endpoint_id, delivery_id } = message;
const endpoint = anEndpoint();
const lease = { id: "lease", slots: 2, until: testNow.getTime() + 60_000 };
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
const parsable = {
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

function deliveries(): Calls<ManageWorld["deliveries"] & DeliveryWorld["deliveries"]> {
  const store = deliveryStore(engine.client, tables.deliveries);
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
    statuses: () => store.statuses(endpoint_id, [delivery_id]),
  };
}

function health(): Calls<DeliveryWorld["health"]> {
  const store = healthStore(engine.client, tables.deliveries);
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

function endpoints(): Calls<ManageWorld["endpoints"]> {
  const store = endpointStore(engine.client, tables, now);
  return {
    create: () => store.create(endpoint, anEvent()),
    list: () => store.list(org_id),
    get: () => store.get(org_id, endpoint_id),
    update: () => store.update(endpoint, endpoint, anEvent()),
    remove: () => store.remove(endpoint, anEvent()),
  };
}

function uses(): Calls<TokenUses<Token>> {
  const store = tokenUses(engine.client, tables.config);
  return {
    look: () => store.look(ref, window),
    use: () => store.use(ref, window),
    lease: () => store.lease(ref.holder, testNow, testNow),
    charge: () => store.charge(ref.holder, window, { requests: 2, lease: { slot: 1, until: testNow.getTime() } }),
  };
}

const suspended = () => ({ read: () => suspendedOrgsReader(engine.client, tables.config).read() });

function webhooksApi() {
  const [replays, lists] = [
    replayStore(engine.client, tables.deliveries),
    replayListStore(engine.client, tables.deliveries, now),
  ];
  const keys = dataKeyStore(engine.client, tables.config);
  return {
    deliveries: (({ create, get, attempts, page, statuses }) => ({ create, get, attempts, page, statuses }))(
      deliveries(),
    ) satisfies Calls<ManageWorld["deliveries"]>,
    health: health() satisfies Calls<ManageWorld["health"]>,
    endpoints: endpoints(),
    replays: {
      save: () => replays.save(replay),
      running: () => replays.running(endpoint_id, testNow),
      get: () => replays.get(endpoint_id, replay.replay_id),
    } satisfies Calls<ManageWorld["replays"]>,
    replayLists: {
      get: () => lists.get(org_id),
      replace: () => lists.replace(org_id, { replays: [], version: 1 }, []),
    } satisfies Calls<ManageWorld["replayLists"]>,
    keys: { get: () => keys.get(org_id), create: () => keys.create(org_id, "key") },
    tokens: uses(),
    suspended: suspended(),
  };
}

function sender() {
  const permits = permitStore(engine.client, tables.deliveries);
  const pool = { org_id, part: 0, size: 25 };
  return {
    deliveries: (({ claim, announce, record }) => ({ claim, announce, record }))(deliveries()) satisfies Calls<
      DeliveryWorld["deliveries"]
    >,
    health: health(),
    endpoints: (({ get, update }) => ({ get, update }))(endpoints()) satisfies Calls<DeliveryWorld["endpoints"]>,
    permits: {
      take: () => permits.take(pool, lease, testNow.getTime()),
      giveBack: () => permits.giveBack(pool, lease),
    } satisfies Calls<DeliveryWorld["permits"]>,
    due: { add: () => dueStore(engine.client, tables.deliveries).add(message, testNow) } satisfies Calls<
      DeliveryWorld["due"]
    >,
    destinations: {
      count: () => destinationStore(engine.client, tables.deliveries).count("a.example", testNow, 50, 100),
    } satisfies Calls<DestinationStore>,
    events: { get: () => eventStore(engine.client, tables.events).get(org_id, anEvent()) } satisfies Calls<
      DeliveryWorld["events"]
    >,
    suspended: suspended(),
  };
}

function admin() {
  const store = adminStore(DynamoDBDocumentClient.from(engine.client), tables.config);
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
    endpoints: (({ list, get, update }) => ({ list, get, update }))(endpoints()) satisfies Calls<
      TokenEndpointPorts["endpoints"]
    >,
  };
}

function ingest() {
  const pins = pinStore(DynamoDBDocumentClient.from(engine.client), tables.config);
  const pin = { event_id: "evt", occurred_at: testNow.toISOString(), entity_id: "inv", writer: "AROA" };
  return {
    store: {
      put: () => eventStore(engine.client, tables.events).put(anEvent()),
      pin: async () => {
        for (const isOwn of [false, true]) await pins.pin(org_id, "key", pin, { now: testNow, isOwn });
      },
    } satisfies Calls<AppendStore>,
  };
}

function oauth() {
  const issued = clientTokens(engine.client, tables.config);
  return {
    tokens: uses(),
    issued: {
      grants: () => issued.grants("tok_1"),
      replace: () => issued.replace("tok_1", {}, {}),
      revoke: () => issued.revoke("tok_1", "hash"),
    } satisfies Calls<ClientTokens>,
    suspended: suspended(),
  };
}

type Stores = Readonly<Record<string, Readonly<Record<string, () => Promise<unknown>>>>>;

const functions: Readonly<Record<string, () => Stores>> = {
  WebhooksApi: webhooksApi,
  WebhooksDeliveriesSender: sender,
  AccessAdmin: admin,
  AccessOauth: oauth,
  IngestFunction: ingest,
  ReadApiFinzbooks: () => ({ tokens: uses(), suspended: suspended() }),
};

const permissions = permissionsOf(templateOf("prod"));
const judge = policyJudge(new Map(), where.account);

/** What a function's role may do with the tables, as a policy of its own. */
function principalOf(fn: string) {
  const Statement = permissions
    .filter((one) => one.fn === fn && one.action.startsWith("dynamodb:"))
    .map(({ action, resource, condition }) => ({
      Effect: "Allow",
      Action: action,
      Resource: `arn:aws:dynamodb:${where.region}:${where.account}:table/${resource}`,
      ...(condition === "" ? {} : { Condition: JSON.parse(condition) }),
    }));
  const arn = `arn:aws:sts::${where.account}:assumed-role/${fn}/${fn}`;
  return { arn, policies: [{ name: "role", policy: { Version: "2012-10-17", Statement } }] };
}

/** Why the role refuses something that a call sends with any answers of DynamoDB; each refusal once. */
async function refusalsOf(fn: string, call: () => Promise<unknown>): Promise<readonly string[]> {
  const principal = principalOf(fn);
  const refusals = new Set<string>();
  for (const item of Object.values(parsable)) {
    for (const script of scripts) {
      for (const { operation, body } of await engine.run(call, script, item)) {
        for (const access of dynamoDbAccess(operation, body, { ...where, partitionKeys })) {
          const refusal = await judge(principal, access);
          if (refusal !== undefined) refusals.add(`${refusal} (${JSON.stringify(access.context)})`);
        }
      }
    }
  }
  return [...refusals];
}

describe.each(Object.entries(functions))(
  "whatever DynamoDB answers, the role of %s allows what is sent next",
  (fn, storesOf) => {
    it("by each method of its stores", async () => {
      const refusals: Record<string, readonly string[]> = {};
      for (const [store, calls] of Object.entries(storesOf())) {
        for (const [method, call] of Object.entries(calls)) {
          const found = await refusalsOf(fn, call);
          if (found.length > 0) refusals[`${store}.${method}`] = found;
        }
      }
      expect(refusals).toEqual({});
    }, 120_000);
  },
);

it("finds a right that is missing only after a lost race", async () => {
  const refusals = await refusalsOf("WebhooksApi", deliveries().announce);
  expect(refusals).toEqual([expect.stringContaining("not authorized to perform: dynamodb:UpdateItem")]);
});
