import { describe, expect, it } from "vitest";
import { toRequestCount } from "#shared/auth/rate-limit-cost.ts";
import { orgA, orgB, webhooksApi } from "#test/support/api/webhooks-dialect.ts";
import { anEvent, testNow } from "#test/support/builders.ts";

const settings = { url: "https://hooks.example.com/in", events: ["invoice.*"] };
const since = "2026-05-11T00:00:00Z";

const log = [
  anEvent({ org_id: orgA, event_id: `evt_${"1".repeat(32)}`, recorded_at: testNow.toISOString() }),
  anEvent({ org_id: orgA, event_id: `evt_${"2".repeat(32)}`, recorded_at: testNow.toISOString() }),
  anEvent({ org_id: orgA, event_id: `evt_${"3".repeat(32)}`, entity_type: "BILL", action: "BILL_PAID" }),
  anEvent({ org_id: orgB }),
];

async function withEndpoint(over: object = {}, events = log) {
  const dialect = webhooksApi({ log: events });
  const created = await dialect.ask("POST", "/endpoints", { body: { ...settings, ...over } });
  const endpoint_id: string = JSON.parse(created.body).endpoint.endpoint_id;
  return { ...dialect, endpoint_id, at: `/endpoints/${endpoint_id}` };
}

describe("POST /webhooks/endpoints/{endpoint_id}/replay", () => {
  it("starts a replay whose progress can be requested", async () => {
    const { ask, at, ports, replaying, endpoint_id } = await withEndpoint();
    const body = { since, until: "2026-05-12", events: ["*.sent"], only: "all" };
    const { status, body: begun } = await ask("POST", `${at}/replay`, { body });
    expect(status).toBe(202);
    const { replay } = JSON.parse(begun);
    expect(Object.entries(replay)).toEqual([
      ["replay_id", expect.stringMatching(/^rpl_[0-9a-f]{32}$/)],
      ["status", "running"],
      ["since", since],
      ["until", "2026-05-12T23:59:59.999Z"],
      ["events", ["*.sent"]],
      ["only", "all"],
      ["examined", 0],
      ["sent", 0],
      ["created_at", "2026-06-01T12:00:30Z"],
      ["updated_at", "2026-06-01T12:00:30Z"],
    ]);
    expect(replaying).toEqual([{ replay_id: replay.replay_id }]);
    const saved = await ports.replays.get(endpoint_id, replay.replay_id);
    expect(saved).toMatchObject({ org_id: orgA, endpoint_id, since: "2026-05-11T00:00:00.000Z", cursor: null });
    if (saved === null) throw new Error("The replay is saved.");
    await ports.replays.save({ ...saved, status: "done", examined: 3, sent: 2 });
    const followed = JSON.parse((await ask("GET", `${at}/replays/${replay.replay_id}`)).body).replay;
    expect(followed).toEqual({ ...replay, status: "done", examined: 3, sent: 2 });
  });

  it("of failed deliveries is limited to their retention, and the error names the alternative", async () => {
    const { ask, at, replaying } = await withEndpoint();
    const kept = { since: "2026-05-02T12:00:30Z" };
    expect((await ask("POST", `${at}/replay`, { body: kept })).status).toBe(202);
    const { status, body } = await ask("POST", `${at}/replay`, { body: { since: "2026-05-02T12:00:29Z" } });
    expect([status, JSON.parse(body).field, JSON.parse(body).message]).toEqual([
      400,
      "since",
      expect.stringContaining('"all"'),
    ]);
    expect(replaying).toHaveLength(1);
    const other = await withEndpoint();
    const all = { since: "2001-01-01", only: "all" };
    expect((await other.ask("POST", `${other.at}/replay`, { body: all })).status).toBe(202);
  });

  it("returns 409 until the endpoint's replay is done or stopped", async () => {
    const { ask, at, replaying, ports, endpoint_id } = await withEndpoint();
    const { replay } = JSON.parse((await ask("POST", `${at}/replay`, { body: { since } })).body);
    const second = await ask("POST", `${at}/replay`, { body: { since } });
    expect([second.status, JSON.parse(second.body).message]).toEqual([409, expect.stringContaining(replay.replay_id)]);
    const saved = await ports.replays.get(endpoint_id, replay.replay_id);
    if (saved === null) throw new Error("The replay is saved.");
    await ports.replays.save({ ...saved, status: "done" });
    expect((await ask("POST", `${at}/replay`, { body: { since } })).status).toBe(202);
    expect(replaying).toHaveLength(2);
  });

  it("returns 400 when the range ends before it begins", async () => {
    const { ask, at } = await withEndpoint();
    const { status, body } = await ask("POST", `${at}/replay`, { body: { since: "2026-06-01", until: "2026-05-31" } });
    expect([status, JSON.parse(body).field]).toEqual([400, "since"]);
  });

  it("returns 409 with the remedy while the endpoint is disabled", async () => {
    const { ask, at, replaying } = await withEndpoint({ enabled: false });
    const { status, body } = await ask("POST", `${at}/replay`, { body: { since } });
    expect([status, JSON.parse(body).message, replaying]).toEqual([409, expect.stringContaining("Enable it"), []]);
  });
});

describe("POST /webhooks/endpoints/{endpoint_id}/replay with dry_run", () => {
  it.each([true, false])("counts and sends nothing, whether the endpoint is enabled or not: %s", async (enabled) => {
    const { ask, at, replaying, queued } = await withEndpoint({ enabled });
    const { status, body } = await ask("POST", `${at}/replay`, { body: { since, only: "all", dry_run: true } });
    expect(status).toBe(200);
    expect(JSON.parse(body).replay).toEqual({ dry_run: true, count: 2, examined: 3, complete: true });
    expect([replaying, queued]).toEqual([[], []]);
  });

  it("charges the events and deliveries that it reads", async () => {
    const recorded_at = testNow.toISOString();
    const events = Array.from({ length: 500 }, (_, n) => {
      const event_id = `evt_${String(n).padStart(32, "0")}`;
      return anEvent({ org_id: orgA, event_id, recorded_at });
    });
    const { ask, at, charge, trace, clock } = await withEndpoint({}, events);
    clock.now = new Date("2026-06-01T12:10:00.000Z");
    const { status } = await ask("POST", `${at}/replay`, { body: { since, only: "failed", dry_run: true } });
    expect(status).toBe(200);
    const requests = toRequestCount(500) - 1;
    expect(charge.mock.calls.map(([, , owed]) => owed)).toEqual([{ requests, lease: null }]);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe(String(600 - 1 - requests));
  });

  it("refuses the same ranges as a replay", async () => {
    const { ask, at } = await withEndpoint();
    expect((await ask("POST", `${at}/replay`, { body: { since: "2001-01-01", dry_run: true } })).status).toBe(400);
  });
});
