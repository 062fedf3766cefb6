import { describe, expect, it, vi } from "vitest";
import { withTrustedTime } from "#shared/events/clock-skew.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type DeliveryMessage, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { countReplay } from "#shared/webhooks/replays/count-replay.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import type { ReplayRange } from "#shared/webhooks/replays/replay-selection.ts";
import { type ReplayPorts, runReplayStep } from "#shared/webhooks/replays/run-replay.ts";
import { aDeliveryMessage, anEndpoint, anEvent, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { memoryReplays } from "#test/support/memory/webhooks.ts";
import { secondsLater } from "#test/support/webhooks/delivery-builders.ts";
import { deliveryFixture, respondWith } from "#test/support/webhooks/delivery-fixture.ts";

const at = testNow.toISOString();

function aReplay(over: Partial<Replay & ReplayRange> = {}): Replay & ReplayRange {
  const { org_id, endpoint_id } = anEndpoint();
  return {
    replay_id: "rpl_1",
    org_id,
    endpoint_id,
    since: "2026-05-01T00:00:00.000Z",
    until: at,
    events: null,
    only: "all",
    status: "running",
    examined: 0,
    sent: 0,
    cursor: null,
    created_at: at,
    updated_at: at,
    ...over,
  };
}

/** Creates a fixture to deliver and to replay, whose log holds `events` events. */
async function replayFixture(events: number, over: Partial<Endpoint> = {}) {
  const delivering = await deliveryFixture(over);
  const { ports, endpoints, deliveries, log, scheduled, clock } = delivering;
  log.length = 0;
  const messages = delivering.createMessages(events);
  const steps: number[] = [];
  const replays = memoryReplays();
  const replaying: ReplayPorts = {
    endpoints,
    deliveries,
    replays,
    events: memoryEvents(log),
    queue: ports.queue,
    replayQueue: {
      async send(_, delaySeconds) {
        steps.push(delaySeconds);
      },
    },
    suspended: ports.suspended,
    now: clock.now,
  };
  return {
    ...delivering,
    ...{ replaying, replays, messages, steps },
    /** Runs a replay to its end. Returns the messages that it sent. */
    async replay(over: Partial<Replay & ReplayRange> = {}): Promise<readonly DeliveryMessage[]> {
      const replay = aReplay(over);
      const before = scheduled.length;
      await replays.save(replay);
      while ((await runReplayStep(replaying, replay)) === "running");
      return scheduled.slice(before).map(({ message }) => message);
    },
    progress: () => replays.get(anEndpoint().endpoint_id, "rpl_1"),
  };
}

const ids = (messages: readonly DeliveryMessage[]) => messages.map(({ delivery_id }) => delivery_id).toSorted();

const eventAt = (occurred_at: string, over: Partial<ActivityEvent> = {}) =>
  anEvent({ event_id: `evt_${occurred_at}`, occurred_at, recorded_at: occurred_at, ...over });

describe("runReplayStep", () => {
  it("sends all events again in a new cycle, whatever the status of their deliveries", async () => {
    const fixture = await replayFixture(3);
    const [first = aDeliveryMessage()] = fixture.messages;
    await fixture.deliver(first);
    await fixture.advance(60);
    const sent = await fixture.replay({ created_at: fixture.clock.now().toISOString() });
    const cycle = testNow.getTime() + 60_000;
    const again = { ...first, cycle, started_at: fixture.clock.now().toISOString(), resend: true };
    expect(ids(sent)).toEqual(ids(fixture.messages));
    expect(sent).toContainEqual(again);
    expect(await fixture.deliver(...sent)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(await fixture.deliveryOf(first)).toMatchObject({ status: "succeeded", attempts: 2, cycle });
  });

  it("sends page by page, newest first, 50 deliveries per second", async () => {
    const fixture = await replayFixture(1_234);
    const sent = await fixture.replay();
    expect(ids(sent)).toEqual(ids(fixture.messages));
    const eventIds = sent.map(({ event }) => event?.event_id ?? "");
    expect(eventIds).toEqual(eventIds.toSorted().reverse());
    expect(fixture.steps).toEqual([10, 10]);
    const perSecond = Map.groupBy(fixture.scheduled.slice(0, 500), ({ seconds }) => seconds);
    expect([...perSecond].map(([second, { length }]) => [second, length])).toEqual(
      Array.from({ length: 10 }, (_, second) => [second, 50]),
    );
    expect(await fixture.progress()).toMatchObject({ status: "done", examined: 1_234, sent: 1_234, cursor: null });
  });

  it("saves its progress after each step", async () => {
    const fixture = await replayFixture(600);
    await fixture.replays.save(aReplay());
    expect(await runReplayStep(fixture.replaying, aReplay())).toBe("running");
    expect(await fixture.progress()).toMatchObject({ status: "running", examined: 500, sent: 500 });
    expect((await fixture.progress())?.cursor).toEqual({
      kind: "log",
      after: fixture.scheduled.at(-1)?.message.event,
    });
    expect(await runReplayStep(fixture.replaying, aReplay())).toBe("done");
  });

  it("continues without a delay after a page with nothing to send", async () => {
    const fixture = await replayFixture(600);
    expect(await fixture.replay({ events: ["bill.*"] })).toEqual([]);
    expect(fixture.steps).toEqual([0]);
    expect(await fixture.progress()).toMatchObject({ status: "done", examined: 600, sent: 0 });
  });

  it("includes the events at both bounds of its range", async () => {
    const fixture = await replayFixture(0);
    const times = ["59.999Z", "00.000Z", "30.000Z", "45.000Z", "45.001Z"];
    const minutes = ["2026-05-31T11:59", ...Array(4).fill("2026-05-31T12:00")];
    fixture.log.push(...times.map((time, n) => eventAt(`${minutes[n]}:${time}`)));
    const sent = await fixture.replay({ since: "2026-05-31T12:00:00.000Z", until: "2026-05-31T12:00:45.000Z" });
    expect(sent.map(({ event }) => event?.occurred_at.slice(-7))).toEqual(["45.000Z", "30.000Z", "00.000Z"]);
  });

  it.each([
    [["*"], null, ["bill.paid", "invoice.paid", "invoice.sent"]],
    [["*"], ["invoice.*"], ["invoice.paid", "invoice.sent"]],
    [["invoice.*"], ["*.paid"], ["invoice.paid"]],
    [["invoice.*"], ["bill.*", "*"], ["invoice.paid", "invoice.sent"]],
    [["invoice.*"], ["bill.*"], []],
  ])(
    "sends events that match the filters of both the endpoint and the replay: %j and %j",
    async (events, filters, expected) => {
      for (const only of ["all", "failed"] as const) {
        const fixture = await replayFixture(0, { events });
        const actions = ["INVOICE_SENT", "INVOICE_PAID", "BILL_PAID"];
        fixture.log.push(
          ...actions.map((action) =>
            anEvent({ action, event_id: `evt_${action}`, entity_type: action.startsWith("B") ? "BILL" : "INVOICE" }),
          ),
        );
        const sent = await fixture.replay({ only, events: filters });
        expect(sent.map(({ event_type }) => event_type).toSorted()).toEqual(expected);
      }
    },
  );

  it.each(["all", "failed"] as const)(
    "sends only events of the endpoint's document and organisation: %s",
    async (only) => {
      const fixture = await replayFixture(0, { entity_id: "inv_1" });
      const mine = anEvent({ entity_id: "inv_1" });
      fixture.log.push(mine, anEvent({ entity_id: "inv_2" }), anEvent({ entity_id: "inv_1", org_id: "org_other" }));
      expect(ids(await fixture.replay({ only }))).toEqual([deliveryIdOf(anEndpoint().endpoint_id, mine)]);
    },
  );
});

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

describe("runReplayStep of a replay that cannot continue", () => {
  it.each<[string, (fixture: Awaited<ReturnType<typeof replayFixture>>) => Promise<unknown>]>([
    [
      "disabled",
      ({ endpoints, endpoint }) =>
        endpoints.update(endpoint, { ...endpoint, disabled: { reason: "gone", at } }, anEvent()),
    ],
    ["deleted", ({ endpoints, endpoint }) => endpoints.remove(endpoint, anEvent())],
  ])("stops when the endpoint is %s meanwhile", async (_, arrange) => {
    const fixture = await replayFixture(1_200);
    await fixture.replays.save(aReplay());
    await runReplayStep(fixture.replaying, aReplay());
    await arrange(fixture);
    await fixture.advance(10);
    expect(await runReplayStep(fixture.replaying, aReplay())).toBe("stopped");
    expect(await fixture.progress()).toMatchObject({
      status: "stopped",
      sent: 500,
      updated_at: fixture.clock.now().toISOString(),
    });
    expect([fixture.scheduled.length, fixture.steps.length]).toEqual([500, 1]);
    expect(await runReplayStep(fixture.replaying, aReplay())).toBe("stopped");
  });

  it("does nothing when the replay is done or unknown", async () => {
    const fixture = await replayFixture(3);
    await fixture.replay();
    expect(await runReplayStep(fixture.replaying, aReplay())).toBe("done");
    expect(await runReplayStep(fixture.replaying, aReplay({ replay_id: "rpl_2" }))).toBe("unknown");
    expect(fixture.scheduled).toHaveLength(3);
  });
});

describe("runReplayStep after a crash", () => {
  it.each(["all", "failed"] as const)(
    "sends nothing twice when the crash came before it saved its cursor: %s",
    async (only) => {
      const fixture = await replayFixture(120);
      await fixture.replays.save(aReplay({ only, cursor: { kind: "log", after: null } }));
      vi.spyOn(fixture.replays, "save").mockRejectedValueOnce(new Error("killed"));
      await expect(runReplayStep(fixture.replaying, aReplay())).rejects.toThrow("killed");
      expect(await runReplayStep(fixture.replaying, aReplay())).toBe("done");
      const sent = fixture.scheduled.map(({ message }) => message);
      expect(sent).toHaveLength(240);
      const outcomes = [
        ...(await fixture.deliver(...sent.slice(0, 120))),
        ...(await fixture.deliver(...sent.slice(120))),
      ];
      expect(outcomes).toEqual([...Array(120).fill("succeeded"), ...Array(120).fill("dropped")]);
      expect(fixture.received).toHaveLength(120);
    },
  );

  it("continues when the crash came before it enqueued the next step", async () => {
    const fixture = await replayFixture(600);
    await fixture.replays.save(aReplay());
    vi.spyOn(fixture.replaying.replayQueue, "send").mockRejectedValueOnce(new Error("killed"));
    await expect(runReplayStep(fixture.replaying, aReplay())).rejects.toThrow("killed");
    expect(await runReplayStep(fixture.replaying, aReplay())).toBe("done");
    expect(ids(fixture.scheduled.map(({ message }) => message))).toEqual(ids(fixture.messages));
  });

  it("repeats the page when the queue refused some of its messages", async () => {
    const fixture = await replayFixture(120);
    await fixture.replays.save(aReplay());
    const { send } = fixture.ports.queue;
    let calls = 0;
    vi.spyOn(fixture.ports.queue, "send").mockImplementation(async (messages, delaySeconds) =>
      ++calls === 2 ? messages : send(messages, delaySeconds),
    );
    expect((await catchRejection(runReplayStep(fixture.replaying, aReplay()))).code).toBe("unavailable");
    expect(await fixture.progress()).toEqual(aReplay());
    expect(await runReplayStep(fixture.replaying, aReplay())).toBe("done");
    expect(new Set(fixture.scheduled.map(({ message }) => message.delivery_id)).size).toBe(120);
  });
});

describe("countReplay", () => {
  it.each(["all", "failed"] as const)(
    "returns how many deliveries the replay then sends, and sends nothing: %s",
    async (only) => {
      const fixture = await replayFixture(1_100);
      await fixture.deliver(...fixture.messages.slice(0, 7));
      const range = aReplay({ only });
      const counted = await countReplay(fixture.replaying, fixture.endpoint, range, testNow);
      expect(counted).toEqual({ count: only === "all" ? 1_100 : 1_093, examined: 1_100, complete: true });
      expect(fixture.scheduled).toEqual([]);
      expect(await fixture.replay({ only })).toHaveLength(counted.count);
    },
  );

  it("stops after twenty pages and returns `complete: false`", async () => {
    const fixture = await replayFixture(0);
    const next = { occurred_at: at, event_id: "evt_1", entity_id: "inv_1" };
    const events = { readPage: vi.fn(async () => ({ events: [anEvent()], next })) };
    const counted = await countReplay({ ...fixture.replaying, events }, fixture.endpoint, aReplay(), testNow);
    expect(counted).toEqual({ count: 20, examined: 20, complete: false });
  });
});
