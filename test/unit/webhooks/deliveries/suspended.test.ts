import { expect, it } from "vitest";
import { runReplay } from "#shared/webhooks/replays/run-replay.ts";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { aDeliveryWorld } from "#test/support/delivery-ports.ts";
import { memoryEvents } from "#test/support/memory-events.ts";
import { memoryReplays } from "#test/support/memory-webhooks.ts";

it("sends nothing of a suspended organisation, tests neither, and lists it as failed", async () => {
  const world = await aDeliveryWorld();
  world.suspended.add(world.endpoint.org_id);
  const [message] = world.messages(1);
  const test = aDeliveryMessage({ event: null, urgent: true });
  if (message === undefined) throw new Error("There is no message.");
  expect(await world.deliver(message, test)).toEqual(["given_up", "given_up"]);
  expect(world.received).toEqual([]);
  for (const each of [message, test]) {
    expect(await world.deliveryOf(each)).toMatchObject({ status: "failed", reason: "org_suspended", attempts: 0 });
  }
});

it("sends again once the organisation is resumed, and leaves other organisations alone meanwhile", async () => {
  const world = await aDeliveryWorld();
  world.suspended.add("org_other");
  expect(await world.deliver(...world.messages(1))).toEqual(["succeeded"]);
  world.suspended.add(world.endpoint.org_id);
  const [missed] = world.messages(1);
  if (missed === undefined) throw new Error("There is no message.");
  await world.deliver(missed);
  world.suspended.clear();
  expect(await world.deliver({ ...missed, cycle: 1 })).toEqual(["succeeded"]);
});

it("stops a replay of a suspended organisation before it reads or sends", async () => {
  const { world, endpoint, deliveries, suspended, scheduled } = await aDeliveryWorld();
  const replays = memoryReplays();
  const replay = {
    ...{ replay_id: `rpl_${"0".repeat(32)}`, org_id: endpoint.org_id, endpoint_id: endpoint.endpoint_id },
    ...{ since: "2026-01-01T00:00:00.000Z", until: "2026-06-01T00:00:00.000Z", events: null, only: "all" as const },
    ...{ status: "running" as const, examined: 0, sent: 0, place: null },
    ...{ created_at: "2026-06-01T12:00:00.000Z", updated_at: "2026-06-01T12:00:00.000Z" },
  };
  await replays.save(replay);
  suspended.add(endpoint.org_id);
  const ports = { ...world, deliveries, replays, events: memoryEvents([]), replayQueue: { send: async () => {} } };
  expect(await runReplay(ports, replay)).toBe("stopped");
  expect(scheduled).toEqual([]);
});
