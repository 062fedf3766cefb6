import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { verifyWebhook } from "#clients/webhooks/verify-webhook.ts";
import type { Random } from "#infra/local/demo/random.ts";

/** Status and delay of the responses of a receiver. */
export type SoakReceiverBehaviour = {
  status(random: Random): number;
  delayMs(random: Random): number;
};

export const receiverBehaviours = {
  healthy: { status: () => 204, delayMs: () => 0 },
  flaky: { status: (random) => (random.chance(0.2) ? random.pick([500, 503]) : 204), delayMs: () => 0 },
  slow: { status: () => 204, delayMs: (random) => random.between(100, 500) },
  "very slow": { status: () => 204, delayMs: (random) => random.between(1_500, 3_000) },
} as const satisfies Readonly<Record<string, SoakReceiverBehaviour>>;

/** The requests with one webhook id. */
export type ReceivedDelivery = {
  readonly webhookId: string;
  readonly eventId: string;
  readonly body: string;
  requests: number;
  /** True if the receiver responded 2xx to one of the requests. */
  isAccepted: boolean;
};

/** Event type of the test deliveries. No writer of a soak test writes such events. */
export const testedType = "journal.created";

/** An HTTP server that receives the webhooks of an endpoint, and records its requests. */
export class SoakReceiver {
  readonly received = new Map<string, ReceivedDelivery>();
  /** Webhook ids of the received test deliveries. */
  readonly tests = new Set<string>();
  /** Invalid requests. */
  readonly problems: string[] = [];
  /** After a rotation, cached settings may still sign with the previous secret. */
  readonly #secrets: string[] = [];
  #behaviour: SoakReceiverBehaviour;
  readonly #random: Random;
  readonly #server = createServer({ keepAliveTimeout: 60_000 }, (request, response) =>
    this.#receive(request, response),
  );

  constructor(behaviour: SoakReceiverBehaviour, random: Random) {
    this.#behaviour = behaviour;
    this.#random = random;
  }

  async open(): Promise<string> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The receiver has no port.");
    return `http://127.0.0.1:${address.port}/`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Responds 204 without delay from now on. */
  recover(): void {
    this.#behaviour = receiverBehaviours.healthy;
  }

  /** Accepts requests that are signed with this secret, too. */
  addSecret(secret: string): void {
    this.#secrets.push(secret);
  }

  hasAccepted(eventId: string): boolean {
    return this.#acceptedEvents.has(eventId);
  }

  readonly #acceptedEvents = new Set<string>();

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks = await request.toArray().catch(() => undefined);
    if (chunks === undefined) return;
    const received = await this.#record(request, Buffer.concat(chunks));
    const status = this.#behaviour.status(this.#random);
    await delay(this.#behaviour.delayMs(this.#random));
    if (received !== undefined && status < 300) {
      received.isAccepted = true;
      this.#acceptedEvents.add(received.eventId);
    }
    response.writeHead(status).end();
  }

  async #record({ headers }: IncomingMessage, bytes: Buffer): Promise<ReceivedDelivery | undefined> {
    try {
      const { delivery_id: webhookId, event_type, data } = await verifyWebhook(bytes, headers, this.#secrets);
      if (event_type === testedType) {
        this.tests.add(webhookId);
        return undefined;
      }
      const body = bytes.toString();
      const received = this.received.get(webhookId) ?? {
        webhookId,
        eventId: data.event_id,
        body,
        requests: 0,
        isAccepted: false,
      };
      received.requests += 1;
      if (received.body !== body) this.problems.push(`${webhookId} arrived again with another body.`);
      this.received.set(webhookId, received);
      return received;
    } catch (error) {
      this.problems.push(`A request has no valid signature: ${error}`);
      return undefined;
    }
  }
}
