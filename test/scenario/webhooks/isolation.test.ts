import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Random } from "#infra/local/demo/random.ts";
import { eventIdFromTime } from "#shared/events/event-id.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { anEndpoint, anEvent, aSendResult, testNow } from "#test/support/builders.ts";
import { VirtualClock } from "#test/support/simulation/clock.ts";
import { SimulatedPlatform, sendsPerOrg } from "#test/support/simulation/platform.ts";
import { SimulatedReceiver } from "#test/support/simulation/receivers.ts";
import { seedOverride } from "#test/support/vitest/environment.ts";

/** Set `SEED` to repeat a run: `SEED=… npx vitest run test/scenario/webhooks/isolation.test.ts`. */
const seed = seedOverride() ?? Date.now() % 1_000_000;

const secret = formatSigningSecret(new Uint8Array(32).fill(7));
const arrival = z.object({ data: z.object({ event_id: z.string() }) });

/** A receiver that responds 200 after some time, and records when each event arrived and its most concurrent requests. */
class TimedReceiver extends SimulatedReceiver {
  readonly arrivals = new Map<string, number>();
  readonly #now: () => Date;
  readonly #load: Load;

  constructor(afterMs: number, load: Load, clock: VirtualClock, random: () => number) {
    super(() => ({ afterMs, result: aSendResult() }), secret, clock, random);
    this.#now = clock.now;
    this.#load = load;
  }

  override async receive(headers: Readonly<Record<string, string>>, body: string): Promise<SendResult> {
    const { event_id } = arrival.parse(JSON.parse(body)).data;
    if (!this.arrivals.has(event_id)) this.arrivals.set(event_id, this.#now().getTime());
    this.#load.running += 1;
    this.#load.most = Math.max(this.#load.most, this.#load.running);
    try {
      return await super.receive(headers, body);
    } finally {
      this.#load.running -= 1;
    }
  }
}

/** Running requests of an organisation's receivers. */
type Load = { running: number; most: number };

type SimulatedOrg = {
  readonly org_id: string;
  readonly endpoints: number;
  readonly afterMs: number;
  readonly perSecond: number;
};

/**
 * Commits events of organisations for some seconds. Returns a function that reports what the receivers of an
 * organisation got until a minute later.
 */
async function simulate(orgs: readonly SimulatedOrg[], seconds: number, until = seconds + 60) {
  const generator = new Random(seed);
  const random = () => generator.next();
  const clock = new VirtualClock(testNow);
  const platform = new SimulatedPlatform(clock, random, { crashProbability: 0, duplicateShare: 0 });
  const seen = new Map<string, { delays: number[]; missing: number; load: Load }>();
  const readings: (() => void)[] = [];
  for (const { org_id, endpoints, afterMs, perSecond } of orgs) {
    const load: Load = { running: 0, most: 0 };
    const receivers = Array.from({ length: endpoints }, () => new TimedReceiver(afterMs, load, clock, random));
    for (const [at, receiver] of receivers.entries()) {
      const name = `${org_id}-${at}`;
      const url = `https://${name.replaceAll("_", "-")}.example.com/`;
      const endpoint = anEndpoint({ org_id, endpoint_id: name, url, secrets: [{ sealed: name, expires_at: null }] });
      await platform.subscribe(endpoint, secret, receiver, anEvent());
    }
    const committed = new Map<string, number>();
    for (let n = 0; n < seconds * perSecond; n++) {
      const at = testNow.getTime() + Math.floor((n / perSecond) * 1_000);
      const time = new Date(at).toISOString();
      const event_id = eventIdFromTime(time, `${org_id} ${n}`);
      committed.set(event_id, at);
      const event = anEvent({ org_id, event_id, entity_id: `doc_${n}`, occurred_at: time, recorded_at: time });
      clock.schedule(at, () => platform.commit([event]));
    }
    readings.push(() => {
      const delays = receivers.flatMap(({ arrivals }) =>
        [...arrivals].map(([id, at]) => at - (committed.get(id) ?? 0)),
      );
      const missing = committed.size * endpoints - delays.length;
      seen.set(org_id, { load, missing, delays: delays.toSorted((left, right) => left - right) });
    });
  }
  await clock.run(testNow.getTime() + until * 1_000);
  for (const read of readings) read();
  return (org_id: string) => {
    const { load, missing, delays } = seen.get(org_id) ?? { load: { most: 0 }, missing: 0, delays: [] };
    return { most: load.most, missing, p99: delays[Math.floor(delays.length * 0.99)] ?? Number.NaN };
  };
}

const quiet: SimulatedOrg = { org_id: "org_quiet", endpoints: 1, afterMs: 50, perSecond: 1 };

describe(`an organisation with slow endpoints, which respond 200 after 12 s (seed ${seed})`, () => {
  const slow: SimulatedOrg = { org_id: "org_slow", endpoints: 30, afterMs: 12_000, perSecond: 0.5 };

  it.each<[string, SimulatedOrg]>([
    ["30 endpoints and an event each two seconds", slow],
    ["50 endpoints and 20 events a second", { ...slow, endpoints: 50, perSecond: 20 }],
  ])("with %s does not delay other organisations", async (_, slow) => {
    const alone = (await simulate([quiet], 20))("org_quiet");
    const found = await simulate([quiet, slow], 20);
    expect(found("org_quiet").missing).toBe(0);
    expect(found("org_quiet").p99).toBeLessThanOrEqual(1.5 * alone.p99 + 100);
    // Some permits are reserved for endpoints without a running request, so busy ones do not use all of them.
    expect(found("org_slow").most).toBeGreaterThan(sendsPerOrg / 2);
    expect(found("org_slow").most).toBeLessThanOrEqual(sendsPerOrg);
  });

  it("receives all its events in the end", async () => {
    const hour = 3_600;
    expect((await simulate([slow], 20, hour))("org_slow").missing).toBe(0);
  });
});
