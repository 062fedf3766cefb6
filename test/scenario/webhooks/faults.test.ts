import { describe, expect, it } from "vitest";
import { deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import {
  expectedEvents,
  recoverAndReplay,
  runScenario,
  type ScenarioRun,
  type SimulatedSubscription,
} from "#test/support/simulation/scenario.ts";
import { seedOverride } from "#test/support/vitest/environment.ts";

/** A run is repeated by `SEED=… npx vitest run test/scenario/webhooks/faults.test.ts`. */
const seed = seedOverride() ?? Date.now() % 1_000_000;

/** How each delivery ended that a subscription is owed, by its id. */
async function ends(
  { platform, ...story }: ScenarioRun,
  subscription: SimulatedSubscription,
): Promise<Map<string, string>> {
  const { endpoint_id } = subscription.endpoint;
  const found = new Map<string, string>();
  for (const event of expectedEvents({ platform, ...story }, subscription)) {
    const id = deliveryIdOf(endpoint_id, event);
    const delivery = await platform.deliveries.get(endpoint_id, id);
    found.set(id, delivery === null ? "unknown" : (delivery.reason ?? delivery.status));
  }
  return found;
}

/** All that receivers were sent, in order. */
const transcript = ({ subscriptions }: ScenarioRun) => subscriptions.map(({ receiver }) => [...receiver.received]);

describe(`10,000 events, 20 endpoints, functions killed at random, for three days (seed ${seed})`, async () => {
  const story = await runScenario(seed, 10_000, { crashProbability: 0.002, duplicateShare: 0.02 });
  const { platform, subscriptions } = story;

  it("kills functions, and leaves nothing in the queue or among the dead letters", () => {
    expect(platform.crashes).toBeGreaterThan(100);
    for (const queue of [platform.queue, platform.slowQueue]) {
      expect(queue.pending).toBe(0);
      expect(queue.deadLetters).toEqual([]);
    }
  });

  it.each(subscriptions)("delivers every event or lists it with the reason: $name", async (subscription) => {
    const { receiver, reasons } = subscription;
    const ended = await ends(story, subscription);
    expect(ended.size).toBeGreaterThan(400);
    const known = new Set<string>(reasons);
    expect([...ended].filter(([, end]) => !known.has(end))).toEqual([]);
    expect([...ended].filter(([id, end]) => end === "succeeded" && !receiver.acceptances.has(id))).toEqual([]);
  });

  it.each(subscriptions)("sends only what was asked for, and the same under the same id: $name", (subscription) => {
    const { endpoint, receiver } = subscription;
    // What was committed just before the deletion may still be on its way, and so may what came just after.
    const asked = new Set(
      expectedEvents(story, subscription).map((event) => deliveryIdOf(endpoint.endpoint_id, event)),
    );
    const isLate = (id: string) => subscription.name.startsWith("deleted") && !asked.has(id);
    const stray = [...receiver.received.keys()].filter((id) => !asked.has(id) && !isLate(id));
    expect(stray).toEqual([]);
    for (const bodies of receiver.received.values()) expect(new Set(bodies).size).toBe(1);
  });

  it("disables those who never answered well in three days, and the one that is gone", () => {
    expect(platform.disabled.toSorted()).toEqual([
      "aborting failing",
      "failing for ever failing",
      "gone after twenty minutes gone",
      "hanging for ever failing",
      "redirecting failing",
      "resetting failing",
    ]);
  });

  it("delivers what they missed by a replay, once they work again", async () => {
    const failed = subscriptions.find(({ name }) => name === "failing for ever");
    if (failed === undefined) throw new Error("There is no such subscription.");
    await recoverAndReplay(story, failed);
    expect(new Set((await ends(story, failed)).values())).toEqual(new Set(["succeeded"]));
  });
});

it("runs the same scenario for the same seed", async () => {
  const faults = { crashProbability: 0.005, duplicateShare: 0.05 };
  const [first, again] = [await runScenario(seed, 300, faults), await runScenario(seed, 300, faults)];
  expect(transcript(again)).toEqual(transcript(first));
  expect(transcript(await runScenario(seed + 1, 300, faults))).not.toEqual(transcript(first));
});

it(`sends nothing twice that was accepted, where no function dies, however often queue and stream repeat (seed ${seed})`, async () => {
  const { subscriptions } = await runScenario(seed, 1_000, { crashProbability: 0, duplicateShare: 0.1 });
  for (const { receiver, name } of subscriptions.filter(({ reasons }) => reasons.join() === "succeeded")) {
    const repeated = [...receiver.acceptances].filter(([, times]) => times > 1);
    expect(repeated, name).toEqual([]);
  }
});
