import { describe, expect, it } from "vitest";
import { withTrustedTime } from "#shared/events/clock-skew.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type DeliveryMessage, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import { countReplay } from "#shared/webhooks/replays/count-replay.ts";
import { aDeliveryMessage, anEndpoint, anEvent, testNow } from "#test/support/builders.ts";
import { secondsLater } from "#test/support/webhooks/delivery-builders.ts";
import { respondWith } from "#test/support/webhooks/delivery-fixture.ts";
import { aReplay, replayFixture } from "#test/support/webhooks/replay-fixture.ts";

const at = testNow.toISOString();

const ids = (messages: readonly DeliveryMessage[]) => messages.map(({ delivery_id }) => delivery_id).toSorted();

const eventAt = (occurred_at: string, over: Partial<ActivityEvent> = {}) =>
  anEvent({ event_id: `evt_${occurred_at}`, occurred_at, recorded_at: occurred_at, ...over });

describe("runReplayStep with `only: failed`", () => {
  it("sends failed deliveries and events without a delivery, and nothing else", async () => {
    const fixture = await replayFixture(5);
    const [succeeded, pending, failed, aborted, unlisted] = fixture.messages;
    if (!succeeded || !pending || !failed || !aborted || !unlisted) throw new Error("There are too few messages.");
    await fixture.deliver(succeeded);
    fixture.receiver.respond = respondWith({ status: 500 });
    await fixture.deliver(pending);
    await fixture.deliver({ ...failed, started_at: "2026-05-20T00:00:00.000Z" });
    fixture.receiver.respond = respondWith({ status: 400, headers: { "webhook-delivery": "abort-message" } });
    await fixture.deliver(aborted);
    const aTest = aDeliveryMessage({ event: null, urgent: true, delivery_id: `dlv_${"0".repeat(32)}` });
    await fixture.deliver(aTest);
    expect((await fixture.deliveryOf(aTest))?.status).toBe("failed");
    expect(ids(await fixture.replay({ only: "failed", since: "1970-01-01T00:00:00.000Z" }))).toEqual(
      ids([failed, aborted, unlisted]),
    );
  });

  it.each([
    ["six minutes ago", 360, "sent"],
    ["a millisecond more than five minutes ago", 300.001, "sent"],
    ["five minutes ago", 300, "not sent"],
    ["a minute ago", 60, "not sent"],
  ])(
    "sends an event without a delivery only when it was recorded over five minutes ago: %s",
    async (_, age, expectation) => {
      const fixture = await replayFixture(0);
      fixture.log.push(eventAt(secondsLater(-age).toISOString()));
      const expected = expectation === "sent" ? 1 : 0;
      const { count } = await countReplay(fixture.replaying, fixture.endpoint, aReplay({ only: "failed" }), testNow);
      expect([count, (await fixture.replay({ only: "failed" })).length]).toEqual([expected, expected]);
      expect(await fixture.replay({ only: "all" })).toHaveLength(1);
    },
  );

  it("does not send events whose writer wants no notification, unlike a replay of all", async () => {
    const fixture = await replayFixture(0);
    fixture.log.push({ ...eventAt(secondsLater(-3_600).toISOString()), notify: "no" });
    const { count } = await countReplay(fixture.replaying, fixture.endpoint, aReplay({ only: "failed" }), testNow);
    expect([count, await fixture.replay({ only: "failed" })]).toEqual([0, []]);
    const sent = await fixture.replay({ only: "all" });
    expect(await fixture.deliver(...sent)).toEqual(["succeeded"]);
    expect(fixture.received).toHaveLength(1);
  });

  it("does not send again what has succeeded since the selection", async () => {
    const fixture = await replayFixture(1);
    const [first = aDeliveryMessage()] = fixture.messages;
    const sent = await fixture.replay({ only: "failed" });
    expect(ids(sent)).toEqual([first.delivery_id]);
    await fixture.deliver(first);
    expect(await fixture.deliver(...sent)).toEqual(["dropped"]);
    expect(fixture.received).toHaveLength(1);
  });

  it("sends a delivery that failed a minute ago", async () => {
    const fixture = await replayFixture(0);
    const event = eventAt(secondsLater(-60).toISOString());
    fixture.log.push(event);
    fixture.receiver.respond = respondWith({ status: 400, headers: { "webhook-delivery": "abort-message" } });
    const { entity_id, occurred_at, event_id } = event;
    const delivery_id = deliveryIdOf(anEndpoint().endpoint_id, event);
    await fixture.deliver(aDeliveryMessage({ delivery_id, event: { entity_id, occurred_at, event_id } }));
    expect(ids(await fixture.replay({ only: "failed" }))).toEqual([delivery_id]);
  });

  it("sends what a disabled endpoint missed after it was enabled again", async () => {
    const fixture = await replayFixture(700, { disabled: { reason: "owner", at } });
    await fixture.deliver(...fixture.messages);
    await fixture.endpoints.update(fixture.endpoint, { ...fixture.endpoint, disabled: null }, anEvent());
    await fixture.advance(60);
    const sent = await fixture.replay({ only: "failed", created_at: fixture.clock.now().toISOString() });
    expect(ids(sent)).toEqual(ids(fixture.messages));
    expect(new Set(await fixture.deliver(...sent))).toEqual(new Set(["succeeded"]));
    expect(fixture.received).toHaveLength(700);
    expect(await fixture.replay({ only: "failed", created_at: fixture.clock.now().toISOString() })).toEqual([]);
  });

  it("does not send events recorded before the endpoint was created, unlike a replay of all", async () => {
    const fixture = await replayFixture(0, { created_at: "2026-05-20T00:00:00.000Z" });
    const before = eventAt("2026-05-19T23:59:59.999Z");
    const after = eventAt("2026-05-20T00:00:00.000Z");
    fixture.log.push(before, after);
    const missed = await fixture.replay({ only: "failed" });
    expect(missed.map(({ event }) => event?.event_id)).toEqual([after.event_id]);
    expect(await fixture.replay({ only: "all" })).toHaveLength(2);
  });

  describe("of an event whose writer's clock was skewed", () => {
    const happened = "2026-05-20T00:00:00.000Z";
    const inTenDays = secondsLater(864_000).toISOString();

    it("sends an event from the future that has no delivery", async () => {
      const fixture = await replayFixture(0);
      fixture.log.push(eventAt(happened, { recorded_at: inTenDays }));
      const sent = await fixture.replay({ only: "failed" });
      expect(sent).toHaveLength(1);
      await fixture.deliver(...sent);
      expect(await fixture.replay({ only: "failed" })).toEqual([]);
    });

    it("sends it again after a failure, and not after a success", async () => {
      const fixture = await replayFixture(0);
      fixture.log.push(eventAt(happened, { recorded_at: inTenDays }));
      fixture.receiver.respond = respondWith({ status: 400, headers: { "webhook-delivery": "abort-message" } });
      const sent = await fixture.replay({ only: "failed" });
      expect(await fixture.deliver(...sent)).toEqual(["given_up"]);
      fixture.receiver.respond = respondWith({ status: 200 });
      await fixture.advance(60);
      const again = await fixture.replay({ only: "failed", created_at: fixture.clock.now().toISOString() });
      expect(ids(again)).toEqual(ids(sent));
      expect(await fixture.deliver(...again)).toEqual(["succeeded"]);
      await fixture.advance(60);
      expect(await fixture.replay({ only: "failed", created_at: fixture.clock.now().toISOString() })).toEqual([]);
    });

    it("sends an event recorded before it happened and before the endpoint was created", async () => {
      const fixture = await replayFixture(0, { created_at: "2026-05-19T00:00:00.000Z" });
      fixture.log.push(eventAt(happened, { recorded_at: "2026-05-01T00:00:00.000Z" }));
      expect(await fixture.replay({ only: "failed" })).toHaveLength(1);
    });

    it("sends it at most once more, under another id, when it was delivered under the table's time", async () => {
      const fixture = await replayFixture(0);
      const event = eventAt(happened, { recorded_at: "2026-05-20T09:00:00.000Z" });
      fixture.log.push(event);
      const { entity_id, occurred_at, event_id } = event;
      const delivery_id = deliveryIdOf(anEndpoint().endpoint_id, withTrustedTime(event, new Date(happened)));
      await fixture.deliver(aDeliveryMessage({ delivery_id, event: { entity_id, occurred_at, event_id } }));
      const sent = await fixture.replay({ only: "failed" });
      expect(sent).toHaveLength(1);
      await fixture.deliver(...sent);
      expect(await fixture.replay({ only: "failed" })).toEqual([]);
      expect(fixture.received).toHaveLength(2);
    });
  });

  it("sends a delivery recorded in the range whose event happened long before", async () => {
    const fixture = await replayFixture(0);
    const late = anEvent({ occurred_at: "2026-02-01T00:00:00.000Z", recorded_at: "2026-05-20T00:00:00.000Z" });
    fixture.log.push(late);
    fixture.receiver.respond = respondWith({ status: 400, headers: { "webhook-delivery": "abort-message" } });
    const { entity_id, occurred_at, event_id } = late;
    const message = aDeliveryMessage({
      delivery_id: deliveryIdOf(anEndpoint().endpoint_id, late),
      event: { entity_id, occurred_at, event_id },
    });
    await fixture.deliver(message);
    expect(ids(await fixture.replay({ only: "failed" }))).toEqual([message.delivery_id]);
  });
});
