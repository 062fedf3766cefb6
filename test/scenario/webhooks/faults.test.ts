import { describe, expect, it } from "vitest";
import { deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import {
  expectedEvents,
  isAroundDeletion,
  recoverAndReplay,
  runScenario,
  type ScenarioRun,
  type SimulatedSubscription,
} from "#test/support/simulation/scenario.ts";
import { seedOverride } from "#test/support/vitest/environment.ts";

/** Set `SEED` to repeat a run: `SEED=… npx vitest run test/scenario/webhooks/faults.test.ts`. */
const seed = seedOverride() ?? Date.now() % 1_000_000;

/** Returns how each delivery to a subscription ended, by delivery id. */
async function findOutcomes(
  { platform, ...run }: ScenarioRun,
  subscription: SimulatedSubscription,
): Promise<Map<string, string>> {
  const { endpoint_id } = subscription.endpoint;
  const found = new Map<string, string>();
  for (const event of expectedEvents({ platform, ...run }, subscription)) {
    const id = deliveryIdOf(endpoint_id, event);
    const delivery = await platform.deliveries.get(endpoint_id, id);
    if (delivery === null && isAroundDeletion(subscription, event)) continue;
    found.set(id, delivery === null ? "unknown" : (delivery.reason ?? delivery.status));
  }
  return found;
}

/** Returns all requests that receivers got, in order. */
const transcript = ({ subscriptions }: ScenarioRun) => subscriptions.map(({ receiver }) => [...receiver.received]);

describe(`webhook pipeline with 10,000 events, 20 endpoints and random crashes over three days (seed ${seed})`, async () => {
  const run = await runScenario(seed, 10_000, { crashProbability: 0.002, duplicateShare: 0.02 });
  const { platform, subscriptions } = run;

  it("empties its queues although functions crash", () => {
    expect(platform.crashes).toBeGreaterThan(100);
    for (const queue of [platform.queue, platform.slowQueue]) {
      expect(queue.pending).toBe(0);
      expect(queue.deadLetters).toEqual([]);
    }
  });

  it.each(subscriptions)("delivers every event or lists it with the reason: $name", async (subscription) => {
    const { receiver, reasons } = subscription;
    const ended = await findOutcomes(run, subscription);
    expect(ended.size).toBeGreaterThan(400);
    const known = new Set<string>(reasons);
    expect([...ended].filter(([, end]) => !known.has(end))).toEqual([]);
    expect([...ended].filter(([id, end]) => end === "succeeded" && !receiver.acceptances.has(id))).toEqual([]);
  });

  it.each(subscriptions)(
    "sends only subscribed events, with the same body under the same id: $name",
    (subscription) => {
      const { endpoint, receiver } = subscription;
      // Events that were committed around the deletion of the endpoint may arrive or not.
      const expected = new Set(
        expectedEvents(run, subscription).map((event) => deliveryIdOf(endpoint.endpoint_id, event)),
      );
      const isLate = (id: string) => subscription.name.startsWith("deleted") && !expected.has(id);
      const stray = [...receiver.received.keys()].filter((id) => !expected.has(id) && !isLate(id));
      expect(stray).toEqual([]);
      for (const bodies of receiver.received.values()) expect(new Set(bodies).size).toBe(1);
    },
  );

  it("disables the endpoints without a success in three days, and the one that is gone", () => {
    expect(platform.disabled.toSorted()).toEqual([
      "aborting failing",
      "failing for ever failing",
      "gone after twenty minutes gone",
      "hanging for ever failing",
      "redirecting failing",
      "resetting failing",
    ]);
  });

  it("delivers missed events by a replay after the receiver has recovered", async () => {
    const failed = subscriptions.find(({ name }) => name === "failing for ever");
    if (failed === undefined) throw new Error("The subscription is missing.");
    await recoverAndReplay(run, failed);
    expect(new Set((await findOutcomes(run, failed)).values())).toEqual(new Set(["succeeded"]));
  });
});

it("runScenario returns the same for the same seed", async () => {
  const faults = { crashProbability: 0.005, duplicateShare: 0.05 };
  const first = await runScenario(seed, 300, faults);
  const again = await runScenario(seed, 300, faults);
  expect(transcript(again)).toEqual(transcript(first));
  expect(transcript(await runScenario(seed + 1, 300, faults))).not.toEqual(transcript(first));
});

it(`webhook pipeline sends no accepted delivery again without crashes, although queue and stream repeat messages (seed ${seed})`, async () => {
  const { subscriptions } = await runScenario(seed, 1_000, { crashProbability: 0, duplicateShare: 0.1 });
  for (const { receiver, name } of subscriptions.filter(({ reasons }) => reasons.join() === "succeeded")) {
    const repeated = [...receiver.acceptances].filter(([, times]) => times > 1);
    expect(repeated, name).toEqual([]);
  }
});
