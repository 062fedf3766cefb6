import { describe, expect, it } from "vitest";
import type { ActivityEvent } from "#shared/events/event.ts";
import { deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { hashOrg, orgShards } from "#shared/webhooks/endpoints/org-hash.ts";
import { type RepairPorts, repair } from "#shared/webhooks/replays/repair.ts";
import type { RepairCursor, RepairedEndpoint, RepairRequest } from "#shared/webhooks/replays/repair-request.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import { runReplayStep } from "#shared/webhooks/replays/run-replay.ts";
import { aDeliveryMessage, anEndpoint, anEvent, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { noSuspendedOrgs } from "#test/support/memory/suspended-orgs.ts";
import { memoryDeliveries, memoryEndpoints, memoryReplays } from "#test/support/memory/webhooks.ts";

const hoursAgo = (hours: number) => new Date(testNow.getTime() - hours * 3_600_000).toISOString();

const endpointOf = (org_id: string, n: number, over: Partial<Endpoint> = {}): Endpoint =>
  anEndpoint({ org_id, endpoint_id: `wh_${String(n).padStart(32, "0")}`, created_at: hoursAgo(100), ...over });

const eventOf = (org_id: string, at: string, over: Partial<ActivityEvent> = {}): ActivityEvent =>
  anEvent({ org_id, event_id: `evt_${org_id}_${at}`, occurred_at: at, recorded_at: at, ...over });

/** Creates the ports of a repair with these endpoints and events, and functions that run it. */
async function repairFixture(endpoints: readonly Endpoint[], log: readonly ActivityEvent[]) {
  const store = memoryEndpoints();
  for (const endpoint of endpoints) await store.create(endpoint, anEvent());
  const deliveries = memoryDeliveries();
  const replays = memoryReplays();
  const queued: Pick<Replay, "org_id" | "endpoint_id" | "replay_id">[] = [];
  let bytes = 0;
  let now = testNow;
  const ports: RepairPorts = {
    endpoints: store,
    deliveries,
    replays,
    replayQueue: {
      async send(replay) {
        queued.push(replay);
      },
    },
    events: memoryEvents(log),
    now: () => now,
    random: (length) => new Uint8Array(length).fill(bytes++),
  };
  /** Runs all parts of a repair one after another. */
  const run = async (over: Partial<RepairRequest> = {}) => {
    const found: RepairedEndpoint[] = [];
    const cursors: (RepairCursor | null)[] = [];
    let orgs = 0;
    let cursor: RepairCursor | null = null;
    do {
      const response = await repair(ports, aRequest({ ...over, cursor }));
      found.push(...response.repair.endpoints);
      orgs += response.repair.orgs;
      cursor = response.repair.next;
      cursors.push(cursor);
    } while (cursor !== null);
    return { found, orgs, cursors };
  };
  /** Marks an event as delivered. */
  const deliver = async ({ endpoint_id }: Endpoint, event: ActivityEvent) => {
    const { org_id, entity_id, occurred_at, event_id } = event;
    const delivery_id = deliveryIdOf(endpoint_id, event);
    const key = { entity_id, occurred_at, event_id };
    const message = aDeliveryMessage({ org_id, endpoint_id, delivery_id, event: key });
    const claim = await deliveries.claim(message, testNow, 60);
    if (claim.kind !== "claimed") throw new Error("The delivery cannot be claimed.");
    await deliveries.record({ ...claim.delivery, status: "succeeded" }, null);
  };
  /** Runs the queued replays. Returns the ids of the events that they send. */
  const runReplays = async () => {
    const sent: string[] = [];
    const queue = {
      async send(messages: readonly { readonly event: { readonly event_id: string } | null }[]) {
        sent.push(...messages.map(({ event }) => event?.event_id ?? ""));
        return [];
      },
    };
    for (let replay = queued.shift(); replay !== undefined; replay = queued.shift()) {
      await runReplayStep({ ...ports, replays, queue, suspended: noSuspendedOrgs }, replay);
    }
    return sent;
  };
  const advance = (milliseconds: number) => {
    now = new Date(now.getTime() + milliseconds);
  };
  return { store, ports, queued, replays, run, deliver, runReplays, advance };
}

function aRequest(over: Partial<RepairRequest> = {}): RepairRequest {
  const times = { since: hoursAgo(20), until: hoursAgo(1) };
  return { action: "webhooks.repair", ...times, dry_run: false, cursor: null, ...over };
}

describe("repair", () => {
  const endpoint = endpointOf("org_a", 1);
  const delivered = eventOf("org_a", hoursAgo(3));
  const missed = eventOf("org_a", hoursAgo(2));

  it("starts a replay of the events that were never delivered", async () => {
    const { run, deliver, runReplays } = await repairFixture([endpoint], [delivered, missed]);
    await deliver(endpoint, delivered);
    const { found, orgs } = await run();
    expect(found).toMatchObject([
      {
        org_id: "org_a",
        endpoint_id: endpoint.endpoint_id,
        outcome: "started",
        reason: null,
        count: 1,
        complete: true,
      },
    ]);
    expect(orgs).toBe(1);
    expect(await runReplays()).toEqual([missed.event_id]);
  });

  it("reports the same and starts nothing on a dry run", async () => {
    const { run, queued, replays } = await repairFixture([endpoint], [missed]);
    const { found } = await run({ dry_run: true });
    expect(found).toMatchObject([{ outcome: "would_start", replay_id: null, count: 1 }]);
    expect(queued).toEqual([]);
    expect(await replays.getActive(endpoint.endpoint_id, testNow)).toBeNull();
  });

  it("omits endpoints that miss nothing: without events, in another time, not subscribed, or all delivered", async () => {
    const early = eventOf("org_early", hoursAgo(30));
    const done = endpointOf("org_a", 5);
    const { run, deliver } = await repairFixture(
      [
        endpointOf("org_quiet", 1),
        endpointOf("org_early", 2),
        endpointOf("org_a", 3, { events: ["bill.*"] }),
        endpointOf("org_a", 4, { created_at: hoursAgo(1) }),
        done,
      ],
      [early, missed],
    );
    await deliver(done, missed);
    expect(await run()).toMatchObject({ found: [], orgs: 3 });
  });

  it("skips disabled endpoints and endpoints with an active replay, and reports why", async () => {
    const disabled = endpointOf("org_a", 2, { disabled: { reason: "gone", at: hoursAgo(5) } });
    const { run, queued } = await repairFixture([endpoint, disabled], [missed]);
    const skipped = {
      endpoint_id: disabled.endpoint_id,
      outcome: "skipped",
      reason: "disabled",
      replay_id: null,
      count: 1,
    };
    const first = await run();
    const second = await run();
    expect(first.found).toMatchObject([{ endpoint_id: endpoint.endpoint_id, outcome: "started" }, skipped]);
    const replay_id = first.found[0]?.replay_id;
    expect(queued).toMatchObject([{ replay_id }]);
    expect(second.found).toMatchObject([{ outcome: "skipped", reason: "replay_running", replay_id }, skipped]);
  });

  it.each([
    ["waits for its first step", 60, 0, true],
    ["has waited for its first step for more than an hour", 60.001, 0, false],
    ["has made a step within ten minutes", 70, 60, true],
    ["has made none for longer", 70, 59.999, false],
  ])(
    "skips an endpoint only while its replay is active: one that %s",
    async (_, startedAgo, steppedAfter, isRunning) => {
      const { run, replays } = await repairFixture([endpoint], [missed]);
      await run();
      const [first] = (await run()).found;
      const replay = await replays.get(endpoint.endpoint_id, first?.replay_id ?? "");
      if (replay === null) throw new Error("The replay is missing.");
      const created = testNow.getTime() - startedAgo * 60_000;
      const [created_at, updated_at] = [created, created + steppedAfter * 60_000].map((at) =>
        new Date(at).toISOString(),
      );
      await replays.save({ ...replay, created_at: created_at ?? "", updated_at: updated_at ?? "" });
      expect((await run()).found).toMatchObject([{ outcome: isRunning ? "skipped" : "started" }]);
    },
  );

  it("skips an endpoint that its owner disables at the same time", async () => {
    const { run, ports, store, queued } = await repairFixture([endpoint], [missed]);
    const { getActive } = ports.replays;
    ports.replays.getActive = async (...args) => {
      const current = (await store.get("org_a", endpoint.endpoint_id)) ?? endpoint;
      await store.update(current, { ...current, disabled: { reason: "owner", at: hoursAgo(0) } }, anEvent());
      return getActive(...args);
    };
    expect((await run()).found).toMatchObject([{ outcome: "skipped", reason: "changed" }]);
    expect(queued).toEqual([]);
  });

  it("counts at most two pages of an endpoint, and starts a replay when the count is incomplete", async () => {
    const log = Array.from({ length: 700 }, (_, n) =>
      eventOf("org_a", new Date(testNow.getTime() - 7_200_000 - n).toISOString()),
    );
    const { run } = await repairFixture([endpoint, endpointOf("org_a", 2, { events: ["bill.*"] })], log);
    expect((await run()).found).toMatchObject([
      { outcome: "started", count: 500, complete: false },
      { outcome: "started", count: 0, complete: false },
    ]);
  });
});

describe("repair of many organisations", () => {
  const orgs = Array.from({ length: 500 }, (_, n) => `org_${n}`);
  const at = hoursAgo(2);
  const many = () =>
    repairFixture(
      orgs.map((org, n) => endpointOf(org, n)),
      orgs.map((org) => eventOf(org, at)),
    );

  it("proceeds in parts, and reports each endpoint once", async () => {
    const { run, ports, advance } = await many();
    const { list } = ports.endpoints;
    // Each organisation takes a second; sixteen are examined before the time is checked.
    ports.endpoints.list = async (orgId) => {
      advance(1_000);
      return list(orgId);
    };
    const { found, orgs: examined, cursors } = await run();
    expect(found.map(({ org_id }) => org_id).toSorted()).toEqual(orgs.toSorted());
    expect(examined).toBe(500);
    expect(cursors.length).toBeGreaterThan(30);
    expect(cursors.at(-1)).toBeNull();
  });

  it("starts no replay twice when it is repeated after an interruption", async () => {
    const { ports, queued, run } = await many();
    await repair(ports, aRequest({ cursor: { shard: orgShards / 2, after: null } }));
    const started = queued.length;
    expect(started).toBeGreaterThan(100);
    const { found } = await run();
    expect(found.filter(({ reason }) => reason === "replay_running")).toHaveLength(started);
    expect(new Set(queued.map(({ endpoint_id }) => endpoint_id)).size).toBe(queued.length);
    expect(queued).toHaveLength(500);
  });

  it("continues after the organisation of the cursor in its shard", async () => {
    const { ports } = await many();
    const [org = ""] = orgs;
    const { shard } = hashOrg(org);
    const from = async (after: string | null) => {
      const response = await repair(ports, aRequest({ dry_run: true, cursor: { shard, after } }));
      return response.repair.endpoints.map(({ org_id }) => org_id);
    };
    const before = await from(null);
    const behind = await from(org);
    expect(before.slice(before.indexOf(org) + 1)).toEqual(behind);
  });
});

describe("repair of an invalid request", () => {
  it.each([
    [{ since: "yesterday" }, "since"],
    [{ until: "2026-13-01" }, "until"],
    [{ since: hoursAgo(1), until: hoursAgo(2) }, "since"],
    [{ since: hoursAgo(24 * 31) }, "since"],
  ])("throws `invalid_value` for %j", async (over, field) => {
    const { ports } = await repairFixture([], []);
    expect(await catchRejection(repair(ports, aRequest(over)))).toMatchObject({
      code: "invalid_value",
      context: { field },
    });
  });
});
