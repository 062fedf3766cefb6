import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import type { Random } from "#infra/local/demo/random.ts";
import { testedType } from "./receivers.ts";
import type { SoakSubscriber } from "./subscribers.ts";

export const ownerCalls = ["test", "retry", "replay", "rotate"] as const;
type OwnerCall = (typeof ownerCalls)[number];

const pauseMs = { low: 300, high: 900 };

/** How long the old secret stays valid after a rotation. */
const overlapSeconds = 3_600;

/**
 * An endpoint keeps three secrets. If the response of a rotation is lost, the receiver lacks the new one: after two in a
 * row, only the oldest is known.
 */
const maxLostRotations = 2;

const testedSchema = z.object({ delivery: z.object({ delivery_id: z.string() }) });
const rotatedSchema = z.object({ endpoint: z.object({ secret: z.string() }) });
const listedSchema = z.object({ deliveries: z.array(z.object({ delivery_id: z.string() })) });

/** Records which calls of endpoint owners succeeded. */
export class OwnerLog {
  readonly #done = new Map<OwnerCall, number>();
  readonly lastFailures = new Map<string, string>();
  /** Ids of the test deliveries that the API accepted. */
  readonly tests: string[] = [];

  recordSuccess(call: OwnerCall): void {
    this.#done.set(call, this.count(call) + 1);
  }

  recordFailure(call: OwnerCall, error: unknown): void {
    this.lastFailures.set(call, String(error));
  }

  count(call: OwnerCall): number {
    return this.#done.get(call) ?? 0;
  }

  /** The kinds of call that have not succeeded yet. */
  get missing(): OwnerCall[] {
    return ownerCalls.filter((call) => this.count(call) === 0);
  }
}

/** The API refused a call before it had any effect. */
class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/**
 * Creates an endpoint owner that sends test deliveries, retries deliveries, replays events and rotates the secret, in
 * this order, until aborted; calls that have never succeeded come first. Failed calls are skipped: the check of the
 * access log finds unexplained errors.
 */
export function createOwner({ endpoint, request, receiver }: SoakSubscriber, random: Random, log: OwnerLog) {
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await request("POST", `${endpoint}${path}`, body);
    if (response.ok) return response.json();
    const message = `POST ${path} responded ${response.status}: ${await response.text()}`;
    // A conflict may be that with an earlier try of the same request, which the function repeated.
    throw response.status < 500 && response.status !== 409 ? new RefusedError(message) : new Error(message);
  };
  let lostRotations = 0;

  /** Each call rejects if it fails or has nothing to do. */
  const calls: Readonly<Record<OwnerCall, () => Promise<void>>> = {
    async test() {
      log.tests.push(testedSchema.parse(await post("/test", { event_type: testedType })).delivery.delivery_id);
    },
    async retry() {
      const response = await request("GET", `${endpoint}/deliveries?limit=20`);
      const { deliveries } = listedSchema.parse(await response.json());
      const chosen = deliveries[random.between(0, Math.max(0, deliveries.length - 1))];
      if (chosen === undefined) throw new Error("The endpoint has no deliveries yet.");
      await post(`/deliveries/${chosen.delivery_id}/retry`, {});
    },
    async replay() {
      await post("/replay", { since: new Date(Date.now() - 10_000).toISOString(), only: "failed" });
    },
    async rotate() {
      if (lostRotations === maxLostRotations) throw new Error("One more rotation could remove the last known secret.");
      lostRotations += 1;
      const response = await post("/rotate-secret", { overlap_seconds: overlapSeconds }).catch((error: unknown) => {
        if (error instanceof RefusedError) lostRotations -= 1;
        throw error;
      });
      receiver.addSecret(rotatedSchema.parse(response).endpoint.secret);
      lostRotations = 0;
    },
  };

  return async (signal: AbortSignal): Promise<void> => {
    for (let round = 0; !signal.aborted; round++) {
      const pending = log.missing.length > 0 ? log.missing : ownerCalls;
      const call = pending[round % pending.length] ?? "test";
      await calls[call]().then(
        () => log.recordSuccess(call),
        (error: unknown) => log.recordFailure(call, error),
      );
      await delay(random.between(pauseMs.low, pauseMs.high), undefined, { signal }).catch(() => {});
    }
  };
}
