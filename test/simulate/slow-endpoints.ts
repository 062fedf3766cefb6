import { Random } from "#infra/local/demo/random.ts";
import { deliverBatch } from "#shared/webhooks/deliveries/deliver-batch.ts";
import type { DeliveryMessage, DeliveryQueue } from "#shared/webhooks/deliveries/delivery.ts";
import { deliveryIdAt } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { NegativeCache } from "#shared/webhooks/limits/negative-cache.ts";
import { aDeliveryMessage, anEndpoint, anEvent, aSendResult, testNow } from "#test/support/builders.ts";
import { unboundedHosts } from "#test/support/infra/destinations.ts";
import { noSuspendedOrgs } from "#test/support/memory/suspended-orgs.ts";
import {
  memoryDeliveries,
  memoryEndpointHealth,
  memoryEndpoints,
  memoryOrgPermits,
  memoryScheduledDeliveries,
} from "#test/support/memory/webhooks.ts";
import { VirtualClock } from "#test/support/simulation/clock.ts";
import type { SimulationLoop } from "./event-loop.ts";
import { type BatchHandler, EventSource } from "./event-source.ts";
import { FairQueue } from "./fair-queue.ts";
import { type Percentiles, percentilesOf } from "./percentiles.ts";
import type { QueueConsumer } from "./stage-settings.ts";

/** From a commit to its messages in the queue: the stream is polled four times a second. */
const streamPollMs = 250;
const fanOutMs = 30;

/** One call to DynamoDB or SQS: an assumption. */
const callMs = 5;

export type SlowEndpointsOptions = {
  readonly seed: number;
  readonly fast: QueueConsumer;
  readonly slow: QueueConsumer;
  readonly sendsPerOrg: number;
  readonly seconds: number;
  /** Organisations with slow endpoints: their number, endpoints and events per second each, and the response time. */
  readonly busy: {
    readonly orgs: number;
    readonly endpoints: number;
    readonly eventsPerSecond: number;
    responseMs(now: number): number;
  };
  readonly quiet: { readonly orgs: number; readonly perSecond: number; readonly responseMs: number };
};

export type SlowEndpointsResult = {
  /** Time from the commit of an event to the first attempt of its delivery. */
  readonly quiet: Percentiles;
  readonly quietUnsent: number;
  /** Most concurrent sends of one busy organisation on a lane. */
  readonly busyMostConcurrent: Readonly<Record<Lane, number>>;
  readonly busySent: number;
  readonly deadLetters: number;
};

type Lane = "fast" | "slow";

/** Simulates organisations whose endpoints respond slowly, and measures how long the deliveries of all others wait. */
export async function simulateSlowEndpoints(options: SlowEndpointsOptions): Promise<SlowEndpointsResult> {
  const { seed, fast, slow, busy, quiet, seconds } = options;
  const random = new Random(seed);
  const clock = new VirtualClock(testNow);
  const loop = loopOf(clock);
  const queues = {
    fast: new FairQueue<DeliveryMessage>(loop, fast.queue),
    slow: new FairQueue<DeliveryMessage>(loop, slow.queue),
  };
  const endpoints = await createEndpoints(busy, quiet.orgs);
  const sends = {
    committedAt: new Map<string, number>(),
    quietMs: [] as number[],
    inFlight: new Map<string, number>(),
    busyMost: { fast: 0, slow: 0 },
    busySent: 0,
  };

  const ports = {
    ...sharedStores(clock, endpoints.store),
    sendsPerOrg: options.sendsPerOrg,
    random: () => random.next(),
  };
  const sendBy =
    (lane: Lane): DeliveryPorts["send"] =>
    async (url, headers) => {
      const deliveryId = headers["webhook-id"] ?? "";
      const committedAt = sends.committedAt.get(deliveryId);
      if (committedAt !== undefined) {
        sends.committedAt.delete(deliveryId);
        sends.quietMs.push(loop.now - committedAt);
        await clock.sleep(quiet.responseMs);
        return aSendResult({ status: 200, duration_ms: quiet.responseMs });
      }
      const counter = `${lane} ${endpoints.orgOf.get(url)}`;
      const inFlight = (sends.inFlight.get(counter) ?? 0) + 1;
      sends.inFlight.set(counter, inFlight);
      sends.busySent += 1;
      sends.busyMost[lane] = Math.max(sends.busyMost[lane], inFlight);
      const responseMs = busy.responseMs(loop.now);
      await clock.sleep(responseMs);
      sends.inFlight.set(counter, (sends.inFlight.get(counter) ?? 0) - 1);
      return aSendResult({ status: 200, duration_ms: responseMs });
    };
  const fastPort = portOf(queues.fast);
  const slowPort = portOf(queues.slow);
  const fastPorts = {
    ...ports,
    suspended: noSuspendedOrgs,
    hostRateLimiter: unboundedHosts,
    send: sendBy("fast"),
    queue: fastPort,
    slowLane: slowPort,
  };
  const slowPorts = {
    ...ports,
    suspended: noSuspendedOrgs,
    hostRateLimiter: unboundedHosts,
    send: sendBy("slow"),
    queue: slowPort,
    slowLane: null,
  };
  new EventSource(loop, queues.fast, fast.source, handlerOf(clock, fastPorts));
  new EventSource(loop, queues.slow, slow.source, handlerOf(clock, slowPorts));

  const end = seconds * 1_000;
  const commit = (targets: readonly Endpoint[], isQuiet: boolean) => {
    const committedAt = loop.now;
    const messages = targets.map((endpoint) => messageOf(endpoint, clock.now(), random));
    if (isQuiet) for (const { delivery_id } of messages) sends.committedAt.set(delivery_id, committedAt);
    loop.after(random.next() * streamPollMs + fanOutMs, () => {
      for (const message of messages) queues.fast.send(message.org_id, message);
    });
  };
  for (const targets of endpoints.busy) every(loop, 1_000 / busy.eventsPerSecond, end, () => commit(targets, false));
  every(loop, 1_000 / quiet.perSecond, end, () => commit([random.pick(endpoints.quiet)], true));
  // The last events have a minute to be delivered.
  await clock.run(testNow.getTime() + end + 60_000);
  return {
    quiet: percentilesOf(sends.quietMs),
    quietUnsent: sends.committedAt.size,
    busyMostConcurrent: sends.busyMost,
    busySent: sends.busySent,
    deadLetters: queues.fast.deadLetters.length + queues.slow.deadLetters.length,
  };
}

function loopOf(clock: VirtualClock): SimulationLoop {
  const start = clock.now().getTime();
  return {
    get now() {
      return clock.now().getTime() - start;
    },
    after: (milliseconds, run) => clock.schedule(clock.now().getTime() + milliseconds, run),
  };
}

function every(loop: SimulationLoop, milliseconds: number, end: number, run: () => void): void {
  const next = () => {
    run();
    if (loop.now + milliseconds <= end) loop.after(milliseconds, next);
  };
  loop.after(milliseconds, next);
}

/** Creates stores in memory whose calls take as long as calls of DynamoDB. */
function sharedStores(clock: VirtualClock, endpoints: DeliveryPorts["endpoints"]) {
  const delayed = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          await clock.sleep(callMs);
          return Reflect.apply(method, target, args);
        };
      },
    });
  const event = anEvent();
  const secret = formatSigningSecret(new Uint8Array(32).fill(1));
  return {
    endpoints: delayed(endpoints),
    deliveries: delayed(memoryDeliveries()),
    health: delayed(memoryEndpointHealth()),
    orgPermits: delayed(memoryOrgPermits()),
    scheduled: memoryScheduledDeliveries(),
    events: { get: async () => event },
    encryption: { decrypt: async () => secret },
    now: clock.now,
    sleep: clock.sleep,
  };
}

function portOf(queue: FairQueue<DeliveryMessage>): DeliveryQueue {
  return {
    async send(messages, delaySeconds) {
      for (const message of messages) queue.send(message.org_id, message, Math.ceil(delaySeconds) * 1_000);
      return [];
    },
  };
}

/** Creates a batch handler from the code of the delivery function. Each instance has its own negative cache. */
function handlerOf(
  clock: VirtualClock,
  ports: Omit<DeliveryPorts, "negativeCache" | "newId">,
): BatchHandler<DeliveryMessage> {
  const caches = new Map<number, NegativeCache>();
  let ids = 0;
  return (instance, batch, done) => {
    const negativeCache = caches.get(instance) ?? new NegativeCache();
    caches.set(instance, negativeCache);
    const newId = () => `${ports.slowLane === null ? "slow" : "fast"}-${++ids}`;
    const bodies = batch.map(({ body }) => body);
    void clock.sleep(callMs).then(async () => {
      const { results } = await deliverBatch({ ...ports, negativeCache, newId }, bodies);
      const failed = batch.filter((_, at) => results[at]?.status === "rejected");
      done({ handled: batch.filter((message) => !failed.includes(message)), failed });
    });
  };
}

function messageOf(endpoint: Endpoint, now: Date, random: Random): DeliveryMessage {
  const started_at = now.toISOString();
  const delivery_id = deliveryIdAt(started_at, String(random.next()));
  const { org_id, endpoint_id } = endpoint;
  return aDeliveryMessage({ org_id, endpoint_id, delivery_id, started_at });
}

async function createEndpoints(busy: SlowEndpointsOptions["busy"], quietOrgs: number) {
  const store = memoryEndpoints();
  const orgOf = new Map<string, string>();
  const create = async (org_id: string, number: number) => {
    const endpoint_id = `wh_${String(number).padStart(32, "0")}`;
    const url = `https://receiver-${number}.example.com/`;
    const endpoint = anEndpoint({ org_id, endpoint_id, url, secrets: [{ sealed: endpoint_id, expires_at: null }] });
    await store.create(endpoint, anEvent());
    orgOf.set(url, org_id);
    return endpoint;
  };
  const createBusy = (org: number) =>
    Promise.all(Array.from({ length: busy.endpoints }, (_, at) => create(`busy-${org}`, org * busy.endpoints + at)));
  const created = await Promise.all(Array.from({ length: busy.orgs }, (_, org) => createBusy(org)));
  const others = Array.from({ length: quietOrgs }, (_, at) => create(`quiet-${at}`, busy.orgs * busy.endpoints + at));
  const [first, ...rest] = await Promise.all(others);
  if (first === undefined) throw new Error("At least one quiet organisation is needed.");
  const quiet: [Endpoint, ...Endpoint[]] = [first, ...rest];
  return { store, orgOf, busy: created, quiet };
}
