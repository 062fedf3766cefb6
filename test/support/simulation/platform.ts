import type { ActivityEvent } from "#shared/events/event.ts";
import { deliver } from "#shared/webhooks/deliveries/deliver-batch.ts";
import type { DeliveryMessage, DeliveryQueue } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryWorld } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { fanOut } from "#shared/webhooks/deliveries/fan-out.ts";
import { enqueueDue } from "#shared/webhooks/deliveries/scheduled-deliveries.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { EndpointCache } from "#shared/webhooks/endpoints/endpoint-cache.ts";
import { Refusals } from "#shared/webhooks/limits/refusals.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import { type ReplayWorld, runReplay } from "#shared/webhooks/replays/run-replay.ts";
import { unboundedHosts } from "#test/support/destinations.ts";
import { memoryEvents } from "#test/support/memory-events.ts";
import {
  failOnDamage,
  memoryDeliveries,
  memoryDue,
  memoryEndpoints,
  memoryHealth,
  memoryPermits,
  memoryReplays,
} from "#test/support/memory-webhooks.ts";
import { noneSuspended } from "#test/support/suspended.ts";
import type { VirtualClock } from "./clock.ts";
import { newLife } from "./mortal.ts";
import { SimulatedQueue } from "./queue.ts";
import type { SimulatedReceiver } from "./receivers.ts";

export type Faults = {
  /** Chance of a function to be killed at each call that it makes. */
  readonly deadliness: number;
  /** Share of what queue and stream give twice. */
  readonly duplicates: number;
};

const dueRuns = 2;

/** Concurrent sends of an organisation on each lane, as in `prod`. */
export const sendsPerOrg = 100;

/**
 * The whole way of an event, with the functions' own code, over stores in memory, a queue and a stream that misbehave
 * as theirs may, and functions that are killed. Time is the clock's, chance the generator's: a seed repeats a run.
 */
export class SimulatedPlatform {
  readonly endpoints: ReturnType<typeof memoryEndpoints>;
  readonly deliveries = memoryDeliveries();
  readonly health = memoryHealth();
  readonly permits = memoryPermits();
  readonly due = memoryDue();
  readonly replays = memoryReplays();
  readonly queue: SimulatedQueue<DeliveryMessage>;
  readonly slowQueue: SimulatedQueue<DeliveryMessage>;
  readonly log = new Map<string, ActivityEvent>();
  readonly disabled: string[] = [];
  /** Secrets by what stands for them at rest. */
  readonly secrets = new Map<string, string>();
  readonly receivers = new Map<string, SimulatedReceiver>();
  kills = 0;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  readonly #faults: Faults;
  #cache: EndpointCache;
  readonly #refusals = new Refusals();
  #ids = 0;

  constructor(clock: VirtualClock, random: () => number, faults: Faults) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
    this.endpoints = memoryEndpoints(undefined, clock.now);
    this.#cache = new EndpointCache(this.endpoints, clock.now, failOnDamage);
    const { duplicates } = faults;
    const queue = { clock, random, duplicates, visibilitySeconds: 180, tries: 5 };
    this.queue = new SimulatedQueue({ ...queue, concurrency: 25 });
    this.slowQueue = new SimulatedQueue({ ...queue, concurrency: 120 });
    this.queue.consumer = (batch) => this.#deliver(batch, this.queue, this.#portOf(this.slowQueue));
    this.slowQueue.consumer = (batch) => this.#deliver(batch, this.slowQueue, null);
  }

  /** Commits events; the stream tells of them, perhaps twice, and again where the function died. */
  commit(events: readonly ActivityEvent[]): void {
    for (const event of events) this.log.set(`${event.entity_id} ${event.event_id}`, event);
    const told = events.flatMap((event) => (this.#random() < this.#faults.duplicates ? [event, event] : [event]));
    this.#clock.at(this.#clock.now().getTime() + 250 * this.#random(), () => void this.#fanOut(told));
  }

  /** The schedule, each minute until `until`, and the operator who redrives dead letters. */
  runSchedule(until: number): void {
    const tick = () => {
      for (let run = 0; run < dueRuns; run++) void this.#enqueueDue(run);
      this.queue.redrive();
      this.slowQueue.redrive();
      const next = this.#clock.now().getTime() + 60_000;
      if (next <= until) this.#clock.at(next, tick);
    };
    tick();
  }

  /** Runs a replay to its end, a page a step, over however many lives of its function. */
  async replay(replay: Replay): Promise<void> {
    await this.replays.save(replay);
    const step = async () => {
      const life = newLife(this.#random, this.#faults.deadliness);
      const again = () => this.#clock.at(this.#clock.now().getTime() + 1_000, () => void step());
      const world: ReplayWorld = {
        endpoints: life.mortal(this.endpoints),
        deliveries: life.mortal(this.deliveries),
        replays: life.mortal(this.replays),
        events: life.mortal(memoryEvents([...this.log.values()])),
        queue: life.mortal(this.#portOf(this.queue)),
        replayQueue: life.mortal({ send: async () => again() }),
        suspended: noneSuspended,
        now: this.#clock.now,
      };
      await runReplay(world, replay).catch(again);
    };
    await step();
  }

  #portOf(queue: SimulatedQueue<DeliveryMessage>): DeliveryQueue {
    return {
      send: async (messages, delaySeconds) => {
        // SQS may take some of a batch and refuse the others.
        const refused = messages.filter(() => this.#random() < this.#faults.deadliness);
        for (const message of messages) if (!refused.includes(message)) queue.send(message, delaySeconds);
        return refused;
      },
    };
  }

  async #fanOut(events: readonly ActivityEvent[]): Promise<void> {
    const life = newLife(this.#random, this.#faults.deadliness);
    const world = { endpoints: this.#cache, queue: life.mortal(this.#portOf(this.queue)), now: this.#clock.now };
    let left = events;
    try {
      const { failed } = await fanOut(world, events);
      left = events.filter((event) => failed.has(event));
    } catch (error) {
      if (!life.isDead) throw error;
      this.kills += 1;
      this.#cache = new EndpointCache(this.endpoints, this.#clock.now, failOnDamage);
    }
    if (left.length > 0) this.#clock.at(this.#clock.now().getTime() + 1_000, () => void this.#fanOut(left));
  }

  async #enqueueDue(run: number): Promise<void> {
    const life = newLife(this.#random, this.#faults.deadliness);
    const world = { due: life.mortal(this.due), queue: life.mortal(this.#portOf(this.queue)), now: this.#clock.now };
    await enqueueDue(world, { run, of: dueRuns }).catch((error) => {
      if (!life.isDead) throw error;
      this.kills += 1;
    });
  }

  async #deliver(
    batch: readonly DeliveryMessage[],
    from: SimulatedQueue<DeliveryMessage>,
    slowLane: DeliveryQueue | null,
  ): Promise<readonly boolean[]> {
    const life = newLife(this.#random, this.#faults.deadliness);
    const world: DeliveryWorld = {
      endpoints: life.mortal(this.endpoints),
      deliveries: life.mortal(this.deliveries),
      health: life.mortal(this.health),
      due: life.mortal(this.due),
      permits: life.mortal(this.permits),
      queue: life.mortal(this.#portOf(from)),
      slowLane: slowLane === null ? null : life.mortal(slowLane),
      sendsPerOrg,
      refusals: this.#refusals,
      destinations: unboundedHosts,
      suspended: noneSuspended,
      events: life.mortal({
        get: async (_: string, { entity_id, event_id }: { entity_id: string; event_id: string }) =>
          this.log.get(`${entity_id} ${event_id}`) ?? null,
      }),
      box: { open: async (sealed: string) => this.secrets.get(sealed) ?? "" },
      send: life.mortal({
        send: (url: string, headers: Readonly<Record<string, string>>, body: string) =>
          this.#receive(url, headers, body),
      }).send,
      now: this.#clock.now,
      random: this.#random,
      newId: () => String(++this.#ids),
      sleep: this.#clock.sleep,
    };
    const { results, disabled } = await deliver(world, batch);
    for (const { endpoint, reason } of disabled) this.disabled.push(`${endpoint.description} ${reason}`);
    if (life.isDead) {
      this.kills += 1;
      throw new Error("The function was killed.");
    }
    return results.map(({ status }) => status === "rejected");
  }

  #receive(url: string, headers: Readonly<Record<string, string>>, body: string) {
    const receiver = this.receivers.get(url);
    if (receiver === undefined) throw new Error(`Nobody is at ${url}.`);
    return receiver.receive(headers, body);
  }

  /** Adds an endpoint and who answers at its address. */
  async subscribe(
    endpoint: Endpoint,
    secret: string,
    receiver: SimulatedReceiver,
    event: ActivityEvent,
  ): Promise<void> {
    for (const { sealed } of endpoint.secrets) this.secrets.set(sealed, secret);
    this.receivers.set(endpoint.url, receiver);
    await this.endpoints.create(endpoint, event);
  }
}
