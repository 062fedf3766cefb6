import { describe, expect, it, vi } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { deliverBatch } from "#shared/webhooks/deliveries/deliver-batch.ts";
import { claimSeconds } from "#shared/webhooks/deliveries/reschedule.ts";
import { aDeliveryMessage, anEndpoint, anEvent } from "#test/support/builders.ts";
import {
  type DeliveryFixture,
  deliveryFixture,
  deliveryFixtureRespondingWith,
  respondWith,
} from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();

/** The delay of the second attempt without jitter. */
const firstRetrySeconds = 5;

describe("deliverBatch after a crash", () => {
  it("repeats the attempt with the same id and body when the crash came after sending", async () => {
    const fixture = await deliveryFixture();
    vi.spyOn(fixture.deliveries, "record").mockRejectedValueOnce(new Error("killed"));
    expect(await fixture.deliver(message)).toEqual(["batch_item_failure"]);
    expect(await fixture.deliveryOf(message)).toMatchObject({ status: "pending", last_attempt_at: null });
    expect(await fixture.attemptsOf(message)).toEqual([]);
    await fixture.advance(claimSeconds - 1);
    expect(await fixture.deliver(message)).toEqual(["rescheduled"]);
    await fixture.advance(1);
    expect(await fixture.deliver(message)).toEqual(["succeeded"]);
    const [first, second, ...others] = fixture.received;
    expect(others).toEqual([]);
    expect([second?.body, second?.headers["webhook-id"]]).toEqual([first?.body, first?.headers["webhook-id"]]);
    expect((await fixture.attemptsOf(message)).map(({ number }) => number)).toEqual([2]);
  });

  it("drops the obsolete message when the crash came between scheduling and recording", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    vi.spyOn(fixture.deliveries, "record").mockRejectedValueOnce(new Error("killed"));
    expect(await fixture.deliver(message)).toEqual(["batch_item_failure"]);
    await fixture.advance(claimSeconds);
    expect(await fixture.deliver(message)).toEqual(["failed"]);
    const [early, late] = fixture.scheduled;
    expect([early?.message, late?.message]).toEqual([
      { ...message, step: 1 },
      { ...message, step: 1 },
    ]);
    fixture.receiver.respond = respondWith({});
    await fixture.advance(firstRetrySeconds);
    expect(await fixture.deliver({ ...message, step: 1 })).toEqual(["succeeded"]);
    expect(await fixture.deliver({ ...message, step: 1 })).toEqual(["dropped"]);
    expect(fixture.received).toHaveLength(3);
  });

  it("makes the attempt that was scheduled before the crash", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    vi.spyOn(fixture.deliveries, "record").mockRejectedValueOnce(new Error("killed"));
    await fixture.deliver(message);
    await fixture.advance(firstRetrySeconds);
    expect(await fixture.deliver({ ...message, step: 1 })).toEqual(["rescheduled"]);
    await fixture.advance(claimSeconds - firstRetrySeconds);
    expect(await fixture.deliver({ ...message, step: 1 })).toEqual(["failed"]);
    expect(await fixture.deliver(message)).toEqual(["dropped"]);
    expect(fixture.scheduled.at(-1)).toMatchObject({ message: { step: 2 }, seconds: 300 });
  });
});

describe("deliverBatch when a port fails", () => {
  it("fails the batch item and records nothing when the next attempt cannot be scheduled", async () => {
    // The error is transient, but the message cannot be deferred either: that needs the same queue.
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    const send = vi.spyOn(fixture.ports.queue, "send").mockImplementation(async (messages) => messages);
    const { results } = await deliverBatch(fixture.ports, [message]);
    send.mockRestore();
    const [result] = results;
    if (result?.status !== "rejected") throw new Error("The message is not a batch item failure.");
    expect(result.reason).toBeInstanceOf(ActivityError);
    expect(result.reason).toMatchObject({ code: "unavailable" });
    expect(await fixture.deliveryOf(message)).toMatchObject({ status: "pending", step: 0, last_attempt_at: null });
    expect(await fixture.attemptsOf(message)).toEqual([]);
    await fixture.advance(claimSeconds);
    expect(await fixture.deliver(message)).toEqual(["failed"]);
    expect(fixture.scheduled).toMatchObject([{ message: { step: 1 }, seconds: 5 }]);
  });

  it.each<[string, (fixture: DeliveryFixture) => unknown]>([
    [
      "the event log is unavailable",
      ({ ports }) => vi.spyOn(ports.events, "get").mockRejectedValueOnce(new Error("not a transient error")),
    ],
    [
      "the secret cannot be decrypted",
      ({ ports }) => vi.spyOn(ports.encryption, "decrypt").mockRejectedValueOnce(new Error("not a transient error")),
    ],
    [
      "the endpoint cannot be read",
      ({ endpoints }) => vi.spyOn(endpoints, "get").mockRejectedValueOnce(new Error("not a transient error")),
    ],
    [
      "the claim fails",
      ({ deliveries }) => vi.spyOn(deliveries, "claim").mockRejectedValueOnce(new Error("not a transient error")),
    ],
    [
      "permits cannot be acquired",
      ({ health }) => vi.spyOn(health, "acquire").mockRejectedValueOnce(new Error("not a transient error")),
    ],
  ])("fails the batch item and sends nothing when %s", async (_, breakPort) => {
    const fixture = await deliveryFixture();
    breakPort(fixture);
    expect(await fixture.deliver(message)).toEqual(["batch_item_failure"]);
    expect([fixture.received, fixture.scheduled]).toEqual([[], []]);
    expect((await fixture.deliveryOf(message))?.status ?? "absent").not.toBe("failed");
  });

  it("fails only the affected batch item", async () => {
    const fixture = await deliveryFixture();
    const other = anEndpoint({ endpoint_id: `wh_${"0".repeat(32)}`, url: "https://other.example.com/" });
    await fixture.endpoints.create(other, anEvent());
    const [first = message, unreadable = message, third = message] = fixture.createMessages(3);
    const [otherEndpoints = message] = fixture.createMessages(1, other);
    vi.spyOn(fixture.ports.events, "get").mockImplementation(async (_, { event_id }) => {
      if (event_id === unreadable.event?.event_id) throw new Error("not a transient error");
      return anEvent({ event_id });
    });
    expect(await fixture.deliver(first, unreadable, otherEndpoints, third)).toEqual([
      "succeeded",
      "batch_item_failure",
      "succeeded",
      "succeeded",
    ]);
  });

  it.each([
    ["permits cannot be released", "release", {}, "succeeded"],
    ["the endpoint health cannot be updated", "update", { status: 500 }, "failed"],
  ] as const)("keeps the result of a sent message when %s", async (_, method, response, outcome) => {
    const fixture = await deliveryFixtureRespondingWith(response);
    const failing = vi.spyOn(fixture.health, method).mockRejectedValueOnce(new Error("not a transient error"));
    expect(await fixture.deliver(message)).toEqual([outcome]);
    expect(failing).toHaveBeenCalledOnce();
    expect(fixture.received).toHaveLength(1);
  });
});

describe("deliverBatch on a transient error", () => {
  const transientError = () => new ActivityError("unavailable", "The store is unavailable.");

  it.each<
    [string, (fixture: DeliveryFixture) => { mockRejectedValue(reason: unknown): unknown; mockRestore(): unknown }]
  >([
    ["the endpoint store", ({ endpoints }) => vi.spyOn(endpoints, "get")],
    ["the encryption", ({ ports }) => vi.spyOn(ports.encryption, "decrypt")],
    ["the store of endpoint permits", ({ health }) => vi.spyOn(health, "acquire")],
    ["the store of organisation permits", ({ ports }) => vi.spyOn(ports.orgPermits, "acquire")],
    ["the delivery store", ({ deliveries }) => vi.spyOn(deliveries, "claim")],
    ["the event log", ({ ports }) => vi.spyOn(ports.events, "get")],
  ])(
    "defers the message each time, after delays that never shrink, up to 5 minutes, when the error comes from %s",
    async (_, portOf) => {
      const fixture = await deliveryFixture();
      const port = portOf(fixture);
      port.mockRejectedValue(transientError());
      for (let n = 0; n < 20; n++) {
        expect(await fixture.deliver(message)).toEqual(["deferred"]);
        await fixture.advance(fixture.scheduled.at(-1)?.seconds ?? 0);
      }
      const delays = fixture.scheduled.map(({ seconds }) => seconds);
      expect(delays).toEqual(delays.toSorted((left, right) => left - right));
      expect([fixture.received, Math.max(...delays) <= 300]).toEqual([[], true]);
      port.mockRestore();
      await fixture.advance(claimSeconds);
      expect(await fixture.deliver(message)).toEqual(["succeeded"]);
    },
  );

  it("repeats the attempt under the same id when recording fails", async () => {
    const fixture = await deliveryFixture();
    vi.spyOn(fixture.deliveries, "record").mockRejectedValueOnce(transientError());
    expect(await fixture.deliver(message)).toEqual(["deferred"]);
    await fixture.advance(claimSeconds);
    expect(await fixture.deliver(message)).toEqual(["succeeded"]);
    expect(new Set(fixture.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });
});
