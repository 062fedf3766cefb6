import type { ActivityEvent } from "#shared/events/event.ts";
import type { SequencedEvent } from "#shared/ledger/sequenced-event.ts";
import { deliverBatch } from "#shared/webhooks/deliveries/deliver-batch.ts";
import type { DeliveryMessage, DeliveryQueue } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { fanOut } from "#shared/webhooks/deliveries/fan-out.ts";
import { enqueueDueDeliveries } from "#shared/webhooks/deliveries/scheduled-deliveries.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { EndpointCache } from "#shared/webhooks/endpoints/endpoint-cache.ts";
import { NegativeCache } from "#shared/webhooks/limits/negative-cache.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import { type ReplayPorts, runReplayStep } from "#shared/webhooks/replays/run-replay.ts";
import { toSequenced } from "#test/support/events/sequenced-events.ts";
import { unboundedHosts } from "#test/support/infra/destinations.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { noSuspendedOrgs } from "#test/support/memory/suspended-orgs.ts";
import {
  failOnDamage,
  memoryDeliveries,
  memoryEndpointHealth,
  memoryEndpoints,
  memoryOrgPermits,
  memoryReplays,
  memoryScheduledDeliveries,
} from "#test/support/memory/webhooks.ts";
import type { VirtualClock } from "./clock.ts";
import { createCrashInjector } from "./crash-injector.ts";
import { SimulatedQueue } from "./queue.ts";
import type { SimulatedReceiver } from "./receivers.ts";

export type SimulatedFaults = {
  /** Probability that a function crashes, at each call of a port. */
  readonly crashProbability: number;
  /** Share of messages and records that are delivered twice. */
  readonly duplicateShare: number;
};

const scheduleWorkers = 2;

/** Concurrent sends of an organisation on each lane, as in `prod`. */
export const sendsPerOrg = 100;

/**
 * Simulates the webhook pipeline: the functions' own code with stores in memory, a queue and a stream with the faults
 * that SQS and DynamoDB allow, and injected crashes. Virtual time and a seeded generator make runs repeatable.
 */
export class SimulatedPlatform {
  readonly endpoints: ReturnType<typeof memoryEndpoints>;
  readonly deliveries = memoryDeliveries();
  readonly health = memoryEndpointHealth();
  readonly orgPermits = memoryOrgPermits();
  readonly scheduled = memoryScheduledDeliveries();
  readonly replays = memoryReplays();
  readonly queue: SimulatedQueue<DeliveryMessage>;
  readonly slowQueue: SimulatedQueue<DeliveryMessage>;
  readonly log = new Map<string, ActivityEvent>();
  readonly disabled: string[] = [];
  /** Secrets, by their encrypted text. */
  readonly secrets = new Map<string, string>();
  readonly receivers = new Map<string, SimulatedReceiver>();
  crashes = 0;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  readonly #faults: SimulatedFaults;
  #cache: EndpointCache;
  readonly #negativeCache = new NegativeCache();
  #ids = 0;
  #sequence = 0;

  constructor(clock: VirtualClock, random: () => number, faults: SimulatedFaults) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
    this.endpoints = memoryEndpoints(undefined, clock.now);
    this.#cache = new EndpointCache(this.endpoints, clock.now, failOnDamage);
    const { duplicateShare } = faults;
    const queue = { clock, random, duplicateShare, visibilitySeconds: 180, maxReceives: 5 };
    this.queue = new SimulatedQueue({ ...queue, concurrency: 25 });
    this.slowQueue = new SimulatedQueue({ ...queue, concurrency: 120 });
    this.queue.consumer = (batch) => this.#deliver(batch, this.queue, this.#portOf(this.slowQueue));
    this.slowQueue.consumer = (batch) => this.#deliver(batch, this.slowQueue, null);
  }

  /** Commits events; the stream of the ledger delivers them, perhaps twice, and again if the function crashed. */
  commit(events: readonly ActivityEvent[]): void {
    for (const event of events) this.log.set(`${event.entity_id} ${event.event_id}`, event);
    const records = events.map((event) => {
      this.#sequence += 1;
      return toSequenced(event, { sequence: this.#sequence, sealed_at: this.#clock.now().toISOString() });
    });
    const delivered = records.flatMap((record) =>
      this.#random() < this.#faults.duplicateShare ? [record, record] : [record],
    );
    // One poll of the stream of the events table, and one of the ledger's.
    const polledAt = this.#clock.now().getTime() + 250 * this.#random() + 250 * this.#random();
    this.#clock.schedule(polledAt, () => void this.#fanOut(delivered));
  }

  /** Runs the schedule each minute until `until`, and redrives dead letters as an operator does. */
  runSchedule(until: number): void {
    const tick = () => {
      for (let worker = 0; worker < scheduleWorkers; worker++) void this.#enqueueDue(worker);
      this.queue.redrive();
      this.slowQueue.redrive();
      const next = this.#clock.now().getTime() + 60_000;
      if (next <= until) this.#clock.schedule(next, tick);
    };
    tick();
  }

  /** Runs a replay to its end, one page per invocation, restarting crashed invocations. */
  async replay(replay: Replay): Promise<void> {
    await this.replays.save(replay);
    const step = async () => {
      const crashes = createCrashInjector(this.#random, this.#faults.crashProbability);
      const again = () => this.#clock.schedule(this.#clock.now().getTime() + 1_000, () => void step());
      const ports: ReplayPorts = {
        endpoints: crashes.wrap(this.endpoints),
        deliveries: crashes.wrap(this.deliveries),
        replays: crashes.wrap(this.replays),
        events: crashes.wrap(memoryEvents([...this.log.values()])),
        queue: crashes.wrap(this.#portOf(this.queue)),
        replayQueue: crashes.wrap({ send: async () => again() }),
        suspended: noSuspendedOrgs,
        now: this.#clock.now,
      };
      await runReplayStep(ports, replay).catch(again);
    };
    await step();
  }

  #portOf(queue: SimulatedQueue<DeliveryMessage>): DeliveryQueue {
    return {
      send: async (messages, delaySeconds) => {
        // SQS may accept only some messages of a batch.
        const refused = messages.filter(() => this.#random() < this.#faults.crashProbability);
        for (const message of messages) if (!refused.includes(message)) queue.send(message, delaySeconds);
        return refused;
      },
    };
  }

  async #fanOut(events: readonly SequencedEvent[]): Promise<void> {
    const crashes = createCrashInjector(this.#random, this.#faults.crashProbability);
    const ports = { endpoints: this.#cache, queue: crashes.wrap(this.#portOf(this.queue)), now: this.#clock.now };
    let left = events;
    try {
      const { failed } = await fanOut(ports, events);
      left = events.filter((event) => failed.has(event));
    } catch (error) {
      if (!crashes.hasCrashed) throw error;
      this.crashes += 1;
      this.#cache = new EndpointCache(this.endpoints, this.#clock.now, failOnDamage);
    }
    if (left.length > 0) this.#clock.schedule(this.#clock.now().getTime() + 1_000, () => void this.#fanOut(left));
  }

  async #enqueueDue(worker: number): Promise<void> {
    const crashes = createCrashInjector(this.#random, this.#faults.crashProbability);
    const ports = {
      scheduled: crashes.wrap(this.scheduled),
      queue: crashes.wrap(this.#portOf(this.queue)),
      now: this.#clock.now,
    };
    await enqueueDueDeliveries(ports, { worker, workers: scheduleWorkers }).catch((error) => {
      if (!crashes.hasCrashed) throw error;
      this.crashes += 1;
    });
  }

  async #deliver(
    batch: readonly DeliveryMessage[],
    from: SimulatedQueue<DeliveryMessage>,
    slowLane: DeliveryQueue | null,
  ): Promise<readonly boolean[]> {
    const crashes = createCrashInjector(this.#random, this.#faults.crashProbability);
    const ports: DeliveryPorts = {
      endpoints: crashes.wrap(this.endpoints),
      deliveries: crashes.wrap(this.deliveries),
      health: crashes.wrap(this.health),
      scheduled: crashes.wrap(this.scheduled),
      orgPermits: crashes.wrap(this.orgPermits),
      queue: crashes.wrap(this.#portOf(from)),
      slowLane: slowLane === null ? null : crashes.wrap(slowLane),
      sendsPerOrg,
      negativeCache: this.#negativeCache,
      hostRateLimiter: unboundedHosts,
      suspended: noSuspendedOrgs,
      events: crashes.wrap({
        get: async (_: string, { entity_id, event_id }: { entity_id: string; event_id: string }) =>
          this.log.get(`${entity_id} ${event_id}`) ?? null,
      }),
      encryption: { decrypt: async (ciphertext: string) => this.secrets.get(ciphertext) ?? "" },
      send: crashes.wrap({
        send: (url: string, headers: Readonly<Record<string, string>>, body: string) =>
          this.#receive(url, headers, body),
      }).send,
      now: this.#clock.now,
      random: this.#random,
      newId: () => String(++this.#ids),
      sleep: this.#clock.sleep,
    };
    const { results, disabled } = await deliverBatch(ports, batch);
    for (const { endpoint, reason } of disabled) this.disabled.push(`${endpoint.description} ${reason}`);
    if (crashes.hasCrashed) {
      this.crashes += 1;
      throw new Error("The function crashed.");
    }
    return results.map(({ status }) => status === "rejected");
  }

  #receive(url: string, headers: Readonly<Record<string, string>>, body: string) {
    const receiver = this.receivers.get(url);
    if (receiver === undefined) throw new Error(`No receiver has the URL ${url}.`);
    return receiver.receive(headers, body);
  }

  /** Adds an endpoint and the receiver at its URL. */
  async subscribe(
    endpoint: Endpoint,
    secret: string,
    receiver: SimulatedReceiver,
    event: ActivityEvent,
  ): Promise<void> {
    for (const { sealed: ciphertext } of endpoint.secrets) this.secrets.set(ciphertext, secret);
    this.receivers.set(endpoint.url, receiver);
    await this.endpoints.create(endpoint, event);
  }
}
