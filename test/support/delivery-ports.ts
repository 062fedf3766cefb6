import { createHash } from "node:crypto";
import type { ActivityEvent } from "#shared/events/event.ts";
import { eventIdAt } from "#shared/events/event-id.ts";
import type { Exchange } from "#shared/webhooks/deliveries/attempt.ts";
import { type Disabled, deliver } from "#shared/webhooks/deliveries/deliver-batch.ts";
import { type DeliveryMessage, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryWorld, Outcome } from "#shared/webhooks/deliveries/delivery-ports.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { writeSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { Refusals } from "#shared/webhooks/limits/refusals.ts";
import { aDeliveryMessage, anEndpoint, anEvent, anExchange, testNow } from "./builders.ts";
import { unboundedHosts } from "./destinations.ts";
import { memoryDeliveries, memoryDue, memoryEndpoints, memoryHealth, memoryPermits } from "./memory-webhooks.ts";
import { VirtualClock } from "./simulation/clock.ts";

/** What a receiver was sent. */
export type Received = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: Date;
};

/** A message that was made to come again: which way, and after how long. */
export type Scheduled = {
  readonly message: DeliveryMessage;
  readonly by: "queue" | "table";
  readonly seconds: number;
  readonly at: Date;
};

/** The secret behind a sealed text. */
export function opened(sealed: string): string {
  return writeSecret(createHash("sha256").update(sealed).digest());
}

/**
 * A world to deliver in: an endpoint, an event, a receiver that accepts everything until it is told otherwise, and a
 * clock that moves only when something waits or a test says so. There is no jitter.
 */
export async function aDeliveryWorld(over: Partial<Endpoint> = {}) {
  const clock = new VirtualClock(testNow);
  const told: ActivityEvent[] = [];
  const log = [anEvent()];
  const received: Received[] = [];
  const scheduled: Scheduled[] = [];
  const disabled: Disabled[] = [];
  /** Ids of organisations: a test adds what is to be suspended. */
  const suspended = new Set<string>();
  const receiver = { answer: async (_: Received): Promise<Exchange> => anExchange() };
  const endpoints = memoryEndpoints((event) => told.push(event));
  const [deliveries, health, due] = [memoryDeliveries(), memoryHealth(), memoryDue()];
  const endpoint = anEndpoint(over);
  await endpoints.create(endpoint, anEvent());
  told.length = 0;
  let ids = 0;

  const note = (by: Scheduled["by"], message: DeliveryMessage, at: Date) => {
    scheduled.push({ message, by, at, seconds: (at.getTime() - clock.now().getTime()) / 1_000 });
  };
  const world: DeliveryWorld = {
    endpoints,
    deliveries,
    health,
    due: {
      async add(message, at) {
        note("table", message, at);
        await due.add(message, at);
      },
    },
    permits: memoryPermits(),
    queue: {
      async send(messages, delaySeconds) {
        const at = new Date(clock.now().getTime() + delaySeconds * 1_000);
        for (const message of messages) note("queue", message, at);
        return [];
      },
    },
    slowLane: null,
    sendsPerOrg: 100,
    refusals: new Refusals(),
    destinations: unboundedHosts,
    suspended: { current: async () => suspended },
    events: {
      async get(orgId, { entity_id, event_id }) {
        const isIt = (event: ActivityEvent) =>
          event.org_id === orgId && event.entity_id === entity_id && event.event_id === event_id;
        return log.find(isIt) ?? null;
      },
    },
    // Headers are sealed as they are, as JSON.
    box: { open: async (sealed, _, content) => (content === "headers" ? sealed : opened(sealed)) },
    async send(url, headers, body) {
      const request = { url, headers, body, at: clock.now() };
      received.push(request);
      return receiver.answer(request);
    },
    now: clock.now,
    random: () => 0,
    newId: () => String(++ids),
    sleep: clock.sleep,
  };

  const until = async (at: Date) => {
    clock.at(at.getTime(), () => {});
    await clock.run(at.getTime());
  };
  return {
    ...{
      world,
      clock,
      endpoint,
      endpoints,
      deliveries,
      health,
      log,
      told,
      received,
      receiver,
      scheduled,
      disabled,
      suspended,
    },
    /** Lets time pass. */
    later: (seconds: number) => until(new Date(clock.now().getTime() + seconds * 1_000)),
    until,
    /** Delivers messages in one batch, however long it takes. */
    async deliver(...messages: DeliveryMessage[]): Promise<readonly (Outcome | "rejected")[]> {
      const done = deliver(world, messages);
      await clock.run();
      const { results, disabled: ended } = await done;
      disabled.push(...ended);
      return results.map((result) => (result.status === "fulfilled" ? result.value : "rejected"));
    },
    /** The first attempts at so many new events. */
    messages(count: number, to: Endpoint = endpoint): readonly DeliveryMessage[] {
      return Array.from({ length: count }, () => {
        const { org_id, endpoint_id } = to;
        const event = anEvent({ org_id, event_id: eventIdAt(testNow.toISOString(), `event ${log.length}`) });
        log.push(event);
        const { entity_id, occurred_at, event_id } = event;
        const key = { entity_id, occurred_at, event_id };
        return aDeliveryMessage({ org_id, endpoint_id, delivery_id: deliveryIdOf(endpoint_id, event), event: key });
      });
    },
    /** What is known of a message's delivery. */
    deliveryOf: ({ endpoint_id, delivery_id }: DeliveryMessage) => deliveries.get(endpoint_id, delivery_id),
    attemptsOf: ({ endpoint_id, delivery_id }: DeliveryMessage) => deliveries.attempts(endpoint_id, delivery_id),
    standing: () => endpoints.get(endpoint.org_id, endpoint.endpoint_id),
  };
}

/** A receiver that always answers so. */
export function answering(over: Partial<Exchange>): () => Promise<Exchange> {
  return async () => anExchange(over);
}
