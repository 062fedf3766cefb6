import { createHash } from "node:crypto";
import type { ActivityEvent } from "#shared/events/event.ts";
import { eventIdFromTime } from "#shared/events/event-id.ts";
import {
  type DeliveryBatchResult,
  type DisabledEndpoint,
  deliverBatch,
} from "#shared/webhooks/deliveries/deliver-batch.ts";
import { type DeliveryMessage, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import type { DeliveryOutcome, DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { NegativeCache } from "#shared/webhooks/limits/negative-cache.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { aDeliveryMessage, anEndpoint, anEvent, aSendResult, testNow } from "#test/support/builders.ts";
import { unboundedHosts } from "#test/support/infra/destinations.ts";
import {
  memoryDeliveries,
  memoryEndpointHealth,
  memoryEndpoints,
  memoryOrgPermits,
  memoryScheduledDeliveries,
} from "#test/support/memory/webhooks.ts";
import { VirtualClock } from "#test/support/simulation/clock.ts";

/** A request that the receiver of the fixture got. */
export type ReceivedRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: Date;
};

/** A message that was scheduled: how, for how long and until when. */
export type ScheduledMessage = {
  readonly message: DeliveryMessage;
  readonly by: "queue" | "table";
  readonly seconds: number;
  readonly at: Date;
};

/** The outcome of a message; `batch_item_failure` leaves it in the queue, so that SQS delivers it again. */
type BatchItemOutcome = DeliveryOutcome | "batch_item_failure";

/** Returns the outcomes of a batch, in the order of its messages. */
export function outcomesOf({ results }: Pick<DeliveryBatchResult, "results">): readonly BatchItemOutcome[] {
  return results.map((result) => (result.status === "fulfilled" ? result.value : "batch_item_failure"));
}

/** Returns the secret that the fixture decrypts from a ciphertext. */
export function decryptedSecret(ciphertext: string): string {
  return formatSigningSecret(createHash("sha256").update(ciphertext).digest());
}

/**
 * Creates delivery ports with one endpoint, one event and a receiver that accepts everything by default. The virtual
 * clock moves only when the code waits or a test advances it. Random delays have no jitter.
 */
export async function deliveryFixture(over: Partial<Endpoint> = {}) {
  const clock = new VirtualClock(testNow);
  const endpointEvents: ActivityEvent[] = [];
  const log = [anEvent()];
  const received: ReceivedRequest[] = [];
  const scheduled: ScheduledMessage[] = [];
  const disabled: DisabledEndpoint[] = [];
  /** Ids of organisations: tests add those that are suspended. */
  const suspended = new Set<string>();
  const receiver = { respond: async (_: ReceivedRequest): Promise<SendResult> => aSendResult() };
  const endpoints = memoryEndpoints((event) => endpointEvents.push(event));
  const deliveries = memoryDeliveries();
  const health = memoryEndpointHealth();
  const table = memoryScheduledDeliveries();
  const endpoint = anEndpoint(over);
  await endpoints.create(endpoint, anEvent());
  endpointEvents.length = 0;
  let ids = 0;

  const recordMessage = (by: ScheduledMessage["by"], message: DeliveryMessage, at: Date) => {
    scheduled.push({ message, by, at, seconds: (at.getTime() - clock.now().getTime()) / 1_000 });
  };
  const ports: DeliveryPorts = {
    endpoints,
    deliveries,
    health,
    scheduled: {
      async add(message, at) {
        recordMessage("table", message, at);
        await table.add(message, at);
      },
    },
    orgPermits: memoryOrgPermits(),
    queue: {
      async send(batch, delaySeconds) {
        const at = new Date(clock.now().getTime() + delaySeconds * 1_000);
        for (const message of batch) recordMessage("queue", message, at);
        return [];
      },
    },
    slowLane: null,
    sendsPerOrg: 100,
    negativeCache: new NegativeCache(),
    hostRateLimiter: unboundedHosts,
    suspended: { current: async () => suspended },
    events: {
      async get(orgId, { entity_id, event_id }) {
        const isIt = (event: ActivityEvent) =>
          event.org_id === orgId && event.entity_id === entity_id && event.event_id === event_id;
        return log.find(isIt) ?? null;
      },
    },
    // Encrypted headers are plain JSON.
    encryption: {
      decrypt: async (ciphertext, _, content) => (content === "headers" ? ciphertext : decryptedSecret(ciphertext)),
    },
    async send(url, headers, body) {
      const request = { url, headers, body, at: clock.now() };
      received.push(request);
      return receiver.respond(request);
    },
    now: clock.now,
    random: () => 0,
    newId: () => String(++ids),
    sleep: clock.sleep,
  };

  const advanceTo = async (at: Date) => {
    clock.schedule(at.getTime(), () => {});
    await clock.run(at.getTime());
  };
  return {
    ...{
      ports,
      clock,
      endpoint,
      endpoints,
      deliveries,
      health,
      log,
      endpointEvents,
      received,
      receiver,
      scheduled,
      disabled,
      suspended,
    },
    /** Lets `seconds` pass. */
    advance: (seconds: number) => advanceTo(new Date(clock.now().getTime() + seconds * 1_000)),
    advanceTo,
    /** Delivers messages in one batch, however long it takes, and returns their outcomes. */
    async deliver(...messages: DeliveryMessage[]): Promise<readonly BatchItemOutcome[]> {
      const done = deliverBatch(ports, messages);
      await clock.run();
      const batch = await done;
      disabled.push(...batch.disabled);
      return outcomesOf(batch);
    },
    /** Creates `count` events, and the messages of their first attempts. */
    createMessages(count: number, to: Endpoint = endpoint): readonly DeliveryMessage[] {
      return Array.from({ length: count }, () => {
        const { org_id, endpoint_id } = to;
        const event = anEvent({ org_id, event_id: eventIdFromTime(testNow.toISOString(), `event ${log.length}`) });
        log.push(event);
        const { entity_id, occurred_at, event_id } = event;
        const key = { entity_id, occurred_at, event_id };
        return aDeliveryMessage({ org_id, endpoint_id, delivery_id: deliveryIdOf(endpoint_id, event), event: key });
      });
    },
    /** Returns the stored delivery of a message. */
    deliveryOf: ({ endpoint_id, delivery_id }: DeliveryMessage) => deliveries.get(endpoint_id, delivery_id),
    attemptsOf: ({ endpoint_id, delivery_id }: DeliveryMessage) => deliveries.attempts(endpoint_id, delivery_id),
    storedEndpoint: () => endpoints.get(endpoint.org_id, endpoint.endpoint_id),
  };
}

/** Returns a receiver that always responds like this. */
export function respondWith(over: Partial<SendResult>): () => Promise<SendResult> {
  return async () => aSendResult(over);
}

export type DeliveryFixture = Awaited<ReturnType<typeof deliveryFixture>>;

/** Creates a delivery fixture whose receiver always responds like this. */
export async function deliveryFixtureRespondingWith(
  response: Partial<SendResult>,
  endpoint: Partial<Endpoint> = {},
): Promise<DeliveryFixture> {
  const fixture = await deliveryFixture(endpoint);
  fixture.receiver.respond = respondWith(response);
  return fixture;
}

/** Changes the stored endpoint, as its owner would. */
export async function changeEndpoint(
  { endpoints, storedEndpoint }: DeliveryFixture,
  over: Partial<Endpoint>,
): Promise<void> {
  const before = await storedEndpoint();
  if (before === null) throw new Error("The endpoint is gone.");
  await endpoints.update(before, { ...before, ...over }, anEvent());
}
