import { describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { createEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { maxActiveReplaysPerOrg } from "#shared/webhooks/replays/replay.ts";
import { startReplay } from "#shared/webhooks/replays/start-replay.ts";
import { managementPorts, orgA, orgB } from "#test/support/api/webhooks-dialect.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const range = {
  since: "2026-05-01T00:00:00.000Z",
  until: "2026-06-01T00:00:00.000Z",
  events: null,
  only: "all" as const,
};

async function orgWithEndpoints(endpoints: number, org_id = orgA, managed = managementPorts()) {
  const by = { org_id, token_id: "tok_1", user_id: null, request_id: "req" };
  const ids: string[] = [];
  for (let n = 0; n < endpoints; n++) {
    const settings = { events: ["*"], entity_id: null, description: null, enabled: true, headers: null };
    const created = await createEndpoint(managed.ports, by, { ...settings, url: `https://r${n}.example/` });
    ids.push(created.endpoint.endpoint_id);
  }
  const start = (at: number) => startReplay(managed.ports, org_id, ids[at] ?? "", range);
  return { ...managed, ids, start };
}

describe("startReplay and the limit of active replays of an organisation", () => {
  it("starts no more than the limit for concurrent requests", async () => {
    const { start, replaying, ports, ids } = await orgWithEndpoints(10);
    const results = await Promise.allSettled(ids.map((_, at) => start(at)));
    const refused = results.filter(({ status }) => status === "rejected");
    expect(results.length - refused.length).toBeLessThanOrEqual(maxActiveReplaysPerOrg);
    expect(replaying).toHaveLength(results.length - refused.length);
    // Requests that only lost a conflict succeed now, up to the limit.
    for (const at of ids.keys()) await start(at).catch(() => undefined);
    expect(replaying).toHaveLength(maxActiveReplaysPerOrg);
    const running = await Promise.all(ids.map((id) => ports.replays.getActive(id, ports.now())));
    expect(running.filter((replay) => replay !== null)).toHaveLength(maxActiveReplaysPerOrg);
  });

  it("throws `conflict` at the limit until a replay is done or stalled, and does not affect other organisations", async () => {
    const managed = managementPorts();
    const { start, ports, clock } = await orgWithEndpoints(maxActiveReplaysPerOrg + 1, orgA, managed);
    const started = [];
    for (let at = 0; at < maxActiveReplaysPerOrg; at++) started.push(await start(at));
    const refused = await catchRejection(start(maxActiveReplaysPerOrg));
    expect([refused.code, refused.message]).toEqual([
      "conflict",
      expect.stringMatching(/^5 replays of the organisation/),
    ]);
    expect((await (await orgWithEndpoints(1, orgB, managed)).start(0)).status).toBe("running");
    const [first] = started;
    if (first === undefined) throw new Error("No replay was started.");
    await ports.replays.save({ ...first, status: "done" });
    expect((await start(maxActiveReplaysPerOrg)).status).toBe("running");
    expect((await catchRejection(start(0))).code).toBe("conflict");
    clock.now = new Date(clock.now.getTime() + 2 * 3_600_000);
    expect((await start(0)).status).toBe("running");
  });

  it("marks the replay as stopped when it cannot be registered", async () => {
    const { start, ports, ids, replaying } = await orgWithEndpoints(1);
    const storeError = new ActivityError("unavailable", "The store is unavailable.");
    Object.assign(ports.replayLists, { replace: () => Promise.reject(storeError) });
    await expect(start(0)).rejects.toBe(storeError);
    expect([await ports.replays.getActive(ids[0] ?? "", ports.now()), replaying]).toEqual([null, []]);
  });
});
