import { describe, expect, it, vi } from "vitest";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type DeliveryMessage, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import { runReplayStep } from "#shared/webhooks/replays/run-replay.ts";
import { aDeliveryMessage, anEndpoint, anEvent, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { aReplay, replayFixture } from "#test/support/webhooks/replay-fixture.ts";

const at = testNow.toISOString();

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
    // A page of the log does not contain the sequence.
    const again = {
      ...first,
      sequence: null,
      sealed_at: null,
      cycle,
      started_at: fixture.clock.now().toISOString(),
      resend: true,
    };
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
