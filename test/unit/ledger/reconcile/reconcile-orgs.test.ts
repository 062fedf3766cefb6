import { describe, expect, it } from "vitest";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { type ReconcileOrgsPorts, reconcileOrgs } from "#shared/ledger/reconcile/reconcile-orgs.ts";
import type { ReconcileRequest } from "#shared/ledger/reconcile/reconcile-request.ts";
import { aRecordedEvent, hourMs, reconcileFixture } from "#test/support/ledger/reconcile-fixture.ts";

const request: ReconcileRequest = {
  action: "trust.reconcile",
  org_id: null,
  older_than_ms: 25 * hourMs,
  dry_run: false,
  notify: false,
  cursor: null,
};

const orgIds = ["org_b", "org_a", "org_c"];

/** Three organisations with two missing events each. */
function threeOrgs(over: { readonly pageSize?: number; readonly msPerLook?: number } = {}) {
  const events = orgIds.flatMap((org_id) => [1, 2].map((number) => aRecordedEvent(number, 30 + number, { org_id })));
  const fixture = reconcileFixture(events, over);
  const ports: ReconcileOrgsPorts = { ...fixture.ports, listOrgIds: async () => orgIds };
  return { ...fixture, ports };
}

const done = { outcome: "done", reason: null, events: 2, missing: 2, too_young: 0, unreadable: 0, progress: 1 };

describe("reconcileOrgs", () => {
  it("appends the missing events of all organisations", async () => {
    const { ports, idsOf } = threeOrgs();
    const { reconcile } = await reconcileOrgs(ports, request);
    const orgs = ["org_a", "org_b", "org_c"].map((org_id) => ({ org_id, ...done }));
    expect(reconcile).toEqual({ orgs, next: null, progress: 1 });
    expect(orgIds.map((orgId) => idsOf(orgId).length)).toEqual([2, 2, 2]);
  });

  it("appends only those of one organisation when it is given", async () => {
    const { ports, idsOf } = threeOrgs();
    await reconcileOrgs(ports, { ...request, org_id: "org_b" });
    expect(orgIds.map((orgId) => idsOf(orgId).length)).toEqual([2, 0, 0]);
  });

  it("returns where to continue when its time is over, and continues there", async () => {
    const { ports, idsOf } = threeOrgs({ pageSize: 1, msPerLook: 3_000 });
    const found = new Map<string, number>();
    let calls = 0;
    for (let cursor: string | null = null, isEnd = false; !isEnd; calls++) {
      const { reconcile } = await reconcileOrgs(ports, { ...request, cursor });
      for (const org of reconcile.orgs) found.set(org.org_id, org.missing);
      cursor = reconcile.next;
      isEnd = cursor === null;
    }
    expect(calls).toBeGreaterThan(3);
    expect(Object.fromEntries(found)).toEqual({ org_a: 2, org_b: 2, org_c: 2 });
    expect(orgIds.map((orgId) => idsOf(orgId).length)).toEqual([2, 2, 2]);
  });

  it("reports a damaged log, and goes on with the others", async () => {
    const { ports, idsOf } = threeOrgs();
    const { getNewestChunk, getChunk, listChunks, put } = ports.ledger;
    const ledger: ReconcileOrgsPorts["ledger"] = {
      getNewestChunk,
      getChunk,
      put,
      async listChunks(log, read) {
        if (log === "org_a") throw new DamagedChunkError("log#org_a 0", "injected");
        return listChunks(log, read);
      },
    };
    const { reconcile } = await reconcileOrgs({ ...ports, ledger }, request);
    expect(reconcile.orgs.map(({ org_id, outcome }) => [org_id, outcome])).toEqual([
      ["org_a", "failed"],
      ["org_b", "done"],
      ["org_c", "done"],
    ]);
    expect(reconcile.orgs[0]?.reason).toContain("log#org_a 0");
    expect(idsOf("org_c")).toHaveLength(2);
  });

  it.each([
    ["older_than_ms", { older_than_ms: 25 * hourMs - 1 }],
    ["org_id", { org_id: "~unknown" }],
  ])("throws invalid_value for a wrong %s", async (field, over) => {
    const { ports } = threeOrgs();
    const refused = reconcileOrgs(ports, { ...request, ...over });
    await expect(refused).rejects.toMatchObject({ code: "invalid_value", context: { field } });
  });
});
