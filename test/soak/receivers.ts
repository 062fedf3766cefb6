import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import type { Random } from "#infra/local/demo/random.ts";
import { verify, type WebhookPayload } from "#shared/webhooks/sending/verify.ts";

/** How a receiver answers. */
export interface Manner {
  status(random: Random): number;
  delayMs(random: Random): number;
}

export const manners = {
  healthy: { status: () => 204, delayMs: () => 0 },
  flaky: { status: (random) => (random.chance(0.2) ? random.pick([500, 503]) : 204), delayMs: () => 0 },
  slow: { status: () => 204, delayMs: (random) => random.between(100, 500) },
  "very slow": { status: () => 204, delayMs: (random) => random.between(1_500, 3_000) },
} as const satisfies Readonly<Record<string, Manner>>;

/** What came under one webhook id. */
export interface Told {
  readonly webhookId: string;
  readonly eventId: string;
  readonly body: string;
  requests: number;
  /** Whether one of the requests was answered 2xx. */
  isTaken: boolean;
}

const Data = z.object({ event_id: z.string() });

/** What test deliveries are samples of: nobody writes such events. */
export const testedType = "journal.created";

/** A subscriber's server on this machine, which remembers what it was told. */
export class Receiver {
  readonly told = new Map<string, Told>();
  /** Webhook ids of the test deliveries that came. */
  readonly tests = new Set<string>();
  /** Requests that no receiver may get. */
  readonly problems: string[] = [];
  /** The newest last. Deliveries may be signed with the one before for as long as settings are remembered. */
  readonly #secrets: string[] = [];
  #manner: Manner;
  readonly #random: Random;
  readonly #server = createServer({ keepAliveTimeout: 60_000 }, (request, response) =>
    this.#receive(request, response),
  );

  constructor(manner: Manner, random: Random) {
    this.#manner = manner;
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

  /** From now on it answers well. */
  recover(): void {
    this.#manner = manners.healthy;
  }

  /** Believes what is signed with this secret, too. */
  learn(secret: string): void {
    this.#secrets.push(secret);
  }

  hasTaken(eventId: string): boolean {
    return this.#takenEvents.has(eventId);
  }

  readonly #takenEvents = new Set<string>();

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks = await request.toArray().catch(() => undefined);
    if (chunks === undefined) return;
    const told = this.#remember(request, Buffer.concat(chunks));
    const status = this.#manner.status(this.#random);
    await delay(this.#manner.delayMs(this.#random));
    if (told !== undefined && status < 300) {
      told.isTaken = true;
      this.#takenEvents.add(told.eventId);
    }
    response.writeHead(status).end();
  }

  #verified(headers: IncomingMessage["headers"], bytes: Buffer): WebhookPayload {
    let reason: unknown = new Error("There is no endpoint yet.");
    for (const secret of this.#secrets.toReversed()) {
      try {
        return verify(headers, bytes, secret);
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }

  #remember({ headers }: IncomingMessage, bytes: Buffer): Told | undefined {
    try {
      const { delivery_id: webhookId, event_type, data } = this.#verified(headers, bytes);
      if (event_type === testedType) {
        this.tests.add(webhookId);
        return undefined;
      }
      const body = bytes.toString();
      const told = this.told.get(webhookId) ?? {
        webhookId,
        eventId: Data.parse(data).event_id,
        body,
        requests: 0,
        isTaken: false,
      };
      told.requests += 1;
      if (told.body !== body) this.problems.push(`${webhookId} came again with another body.`);
      this.told.set(webhookId, told);
      return told;
    } catch (error) {
      this.problems.push(`A request was not to be believed: ${error}`);
      return undefined;
    }
  }
}
