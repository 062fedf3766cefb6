import type { DeliveryStatus, FailureReason } from "#shared/webhooks/deliveries/delivery.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { standardSignature } from "#shared/webhooks/sending/sign.ts";
import { aSendResult } from "#test/support/builders.ts";
import type { VirtualClock } from "./clock.ts";

/** The response of a receiver, and after how long it comes. */
export type ReceiverResponse = { readonly afterMs: number; readonly result: SendResult };

/** Returns the response to a request at a time (milliseconds since the start). */
export type ReceiverBehaviour = (elapsedMs: number, random: () => number) => ReceiverResponse;

const seconds = 1_000;
export const minutes = 60 * seconds;
export const hours = 60 * minutes;

const status = (code: number, headers: Record<string, string> = {}): SendResult =>
  aSendResult({ status: code, headers });

const withoutResponse = (error: NonNullable<SendResult["error"]>): SendResult => aSendResult({ status: null, error });

const healthy: ReceiverBehaviour = (_, random) => ({ afterMs: 20 + 180 * random(), result: status(200) });
const hanging: ReceiverBehaviour = () => ({ afterMs: 15 * seconds, result: withoutResponse("timeout") });
const always =
  (exchange: SendResult): ReceiverBehaviour =>
  (_, random) => ({ afterMs: 20 + 50 * random(), result: exchange });

/** Behaves in one way until a time, in another from then on. */
const until =
  (time: number, before: ReceiverBehaviour, after: ReceiverBehaviour): ReceiverBehaviour =>
  (elapsed, random) =>
    (elapsed < time ? before : after)(elapsed, random);

export type ReceiverKind = {
  readonly name: string;
  readonly behaviour: ReceiverBehaviour;
  /** How its deliveries may end. */
  readonly reasons: readonly (DeliveryStatus | FailureReason)[];
};

const disabled = ["exhausted", "endpoint_disabled"] as const;

function healthyReceiver(at: number): ReceiverKind {
  return { name: `healthy ${at}`, behaviour: healthy, reasons: ["succeeded"] };
}

/** The receivers of a run. */
export const receiverKinds: readonly ReceiverKind[] = [
  ...[0, 1, 2].map(healthyReceiver),
  {
    name: "healthy, after twelve seconds",
    behaviour: () => ({ afterMs: 12 * seconds, result: status(200) }),
    reasons: ["succeeded"],
  },
  ...[3, 4, 5].map(healthyReceiver),
  {
    name: "slow",
    behaviour: (_, random) => ({ afterMs: 14.9 * seconds * random(), result: status(204) }),
    reasons: ["succeeded"],
  },
  { name: "hanging for ever", behaviour: hanging, reasons: disabled },
  { name: "hanging for a day", behaviour: until(24 * hours, hanging, healthy), reasons: ["succeeded"] },
  { name: "failing for ever", behaviour: always(status(500)), reasons: disabled },
  {
    name: "failing for half a day",
    behaviour: until(12 * hours, always(status(503)), healthy),
    reasons: ["succeeded"],
  },
  { name: "resetting", behaviour: always(withoutResponse("reset")), reasons: disabled },
  { name: "redirecting", behaviour: always(status(302, { location: "http://169.254.169.254/" })), reasons: disabled },
  {
    name: "flapping",
    behaviour: (elapsed, random) =>
      Math.floor(elapsed / (10 * minutes)) % 3 === 0 ? healthy(elapsed, random) : always(status(500))(elapsed, random),
    reasons: ["succeeded", "exhausted"],
  },
  {
    name: "failing now and then",
    behaviour: (elapsed, random) => (random() < 0.1 ? always(status(500)) : healthy)(elapsed, random),
    reasons: ["succeeded", "exhausted"],
  },
  {
    name: "overloaded",
    behaviour: (elapsed, random) =>
      (random() < 0.3 ? always(status(429, { "retry-after": "30" })) : healthy)(elapsed, random),
    reasons: ["succeeded", "exhausted"],
  },
  {
    name: "gone after twenty minutes",
    behaviour: until(20 * minutes, healthy, always(status(410))),
    reasons: ["succeeded", "endpoint_gone", "endpoint_disabled"],
  },
  { name: "deleted after half an hour", behaviour: healthy, reasons: ["succeeded", "endpoint_deleted"] },
  {
    name: "aborting",
    behaviour: always(status(400, { "webhook-delivery": "abort-message" })),
    reasons: ["aborted_by_receiver", ...disabled],
  },
];

/** One receiver, with the requests that it got and accepted. */
export class SimulatedReceiver {
  /** Bodies of the requests, by delivery id. */
  readonly received = new Map<string, string[]>();
  /** How often it accepted each delivery. */
  readonly acceptances = new Map<string, number>();
  behaviour: ReceiverBehaviour;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  readonly #startedAt: number;
  readonly #secret: string;

  constructor(behaviour: ReceiverBehaviour, secret: string, clock: VirtualClock, random: () => number) {
    this.behaviour = behaviour;
    this.#secret = secret;
    this.#clock = clock;
    this.#random = random;
    this.#startedAt = clock.now().getTime();
  }

  /** Verifies the signature and returns the id. Not by `verifyWebhook`: WebCrypto does not wait for a virtual clock. */
  #verify(headers: Readonly<Record<string, string>>, body: string): string {
    const { "webhook-id": id = "", "webhook-timestamp": timestamp = "", "webhook-signature": signature } = headers;
    if (signature === `v1,${standardSignature(this.#secret, id, timestamp, body)}`) return id;
    throw new Error("The signature is not valid.");
  }

  async receive(headers: Readonly<Record<string, string>>, body: string): Promise<SendResult> {
    const delivery_id = this.#verify(headers, body);
    this.received.set(delivery_id, [...(this.received.get(delivery_id) ?? []), body]);
    const { afterMs, result: exchange } = this.behaviour(this.#clock.now().getTime() - this.#startedAt, this.#random);
    if (exchange.status !== null && exchange.status < 300) {
      this.acceptances.set(delivery_id, (this.acceptances.get(delivery_id) ?? 0) + 1);
    }
    await this.#clock.sleep(afterMs);
    return { ...exchange, duration_ms: Math.round(afterMs) };
  }
}
