import { expect, it } from "vitest";
import { runReplayStep } from "#shared/webhooks/replays/run-replay.ts";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { memoryReplays } from "#test/support/memory/webhooks.ts";
import { deliveryFixture } from "#test/support/webhooks/delivery-fixture.ts";
import { aReplay } from "#test/support/webhooks/replay-fixture.ts";

it("deliverBatch fails all deliveries of a suspended organisation, tests included", async () => {
  const fixture = await deliveryFixture();
  fixture.suspended.add(fixture.endpoint.org_id);
  const [message] = fixture.createMessages(1);
  const test = aDeliveryMessage({ event: null, urgent: true });
  if (message === undefined) throw new Error("There is no message.");
  expect(await fixture.deliver(message, test)).toEqual(["given_up", "given_up"]);
  expect(fixture.received).toEqual([]);
  for (const each of [message, test]) {
    expect(await fixture.deliveryOf(each)).toMatchObject({ status: "failed", reason: "org_suspended", attempts: 0 });
  }
});

it("deliverBatch sends again after the organisation is resumed, and to others meanwhile", async () => {
  const fixture = await deliveryFixture();
  fixture.suspended.add("org_other");
  expect(await fixture.deliver(...fixture.createMessages(1))).toEqual(["succeeded"]);
  fixture.suspended.add(fixture.endpoint.org_id);
  const [missed] = fixture.createMessages(1);
  if (missed === undefined) throw new Error("There is no message.");
  await fixture.deliver(missed);
  fixture.suspended.clear();
  expect(await fixture.deliver({ ...missed, cycle: 1 })).toEqual(["succeeded"]);
});

it("runReplayStep stops a replay of a suspended organisation before it reads or sends", async () => {
  const { ports: deliveryPorts, endpoint, deliveries, suspended, scheduled } = await deliveryFixture();
  const replays = memoryReplays();
  const replay = aReplay();
  await replays.save(replay);
  suspended.add(endpoint.org_id);
  const ports = {
    ...deliveryPorts,
    deliveries,
    replays,
    events: memoryEvents([]),
    replayQueue: { send: async () => {} },
  };
  expect(await runReplayStep(ports, replay)).toBe("stopped");
  expect(scheduled).toEqual([]);
});
