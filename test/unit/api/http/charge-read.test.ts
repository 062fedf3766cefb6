import { describe, expect, it, vi } from "vitest";
import { createFakturoidHandler } from "#shared/api/fakturoid/handler.ts";
import { createFinzbooksHandler } from "#shared/api/finzbooks/handler.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { createSimplybooksHandler } from "#shared/api/simplybooks/handler.ts";
import { readCost, toRequestCount } from "#shared/auth/rate-limit-cost.ts";
import { ActivityError } from "#shared/errors.ts";
import type { EventReader } from "#shared/events/query/query.ts";
import { anEvent, anOrg, aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { noSequences } from "#test/support/memory/no-sequences.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { verifyViewerToken } from "#test/support/viewer-tokens.ts";

/** Every dialect over a log each of whose pages costs so many units and has no end. */
function costly(units: number, { page }: { page?: EventReader["readPage"] } = {}) {
  const ports = tokenPorts(() => aToken(), 10);
  const { event_id: _, ...position } = anEvent();
  let reads = 0;
  const endless: EventReader["readPage"] = async ({ limit }, meter) => {
    await meter?.next();
    meter?.add(units);
    reads += 1;
    const events = Array.from({ length: limit }, () => anEvent());
    return { events, next: { ...position, event_id: `evt_${String(reads).padStart(32, "0")}` } };
  };
  const handlerPorts = {
    tokens: ports,
    events: { readPage: vi.fn<EventReader["readPage"]>(page ?? endless) },
    orgs: { get: async () => anOrg() },
    checkpoints: memoryPageCheckpoints(),
    verifyViewerToken,
    findSequences: noSequences,
    now: () => testNow,
  };
  const trace: RequestContext = { responseHeaders: {}, auditFields: {} };
  const asking = (answer: (request: HttpRequest, trace: RequestContext) => Promise<HttpResponse>) => (target: string) =>
    answer(aRequest(target, { headers: { authorization: `Bearer ${aSecret()}`, "user-agent": "tests" } }), trace);
  return {
    ...ports,
    trace,
    reads: () => reads,
    finzbooks: asking(createFinzbooksHandler(handlerPorts)),
    simplybooks: asking(createSimplybooksHandler(handlerPorts)),
    fakturoid: asking(createFakturoidHandler(handlerPorts)),
  };
}

const charged = (charge: ReturnType<typeof costly>["charge"]) => charge.mock.calls.map(([, , owed]) => owed);

describe("withReadCharge, page", () => {
  it("makes no further call for an ordinary page", async () => {
    const { finzbooks, charge, acquireLease, trace } = costly(readCost.plainUnits);
    expect((await finzbooks("/api/public/v1/activity")).status).toBe(200);
    expect([charge.mock.calls.length, acquireLease.mock.calls.length]).toEqual([0, 0]);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe("590");
    expect(trace.auditFields).not.toHaveProperty("charged");
  });

  it("charges large events in every dialect and returns the rate after the charge", async () => {
    for (const [dialect, target, left] of [
      ["finzbooks", "/api/public/v1/activity", { "x-ratelimit-remaining": String(600 - 10 - 3) }],
      ["simplybooks", "/api/v1/activities", { "x-ratelimit-remaining": String(600 - 10 - 3) }],
      ["fakturoid", "/api/v3/accounts/acme-traders/events.json", { "x-ratelimit": "default;r=387;t=30" }],
    ] as const) {
      const asked = costly(200);
      expect((await asked[dialect](target)).status).toBe(200);
      expect(charged(asked.charge)).toEqual([{ requests: toRequestCount(200) - 1, lease: null }]);
      expect(asked.acquireLease).not.toHaveBeenCalled();
      expect(asked.trace.responseHeaders).toMatchObject(left);
      expect(asked.trace.auditFields.charged).toBe(4);
    }
  });
});

describe("withReadCharge, search", () => {
  it("without results returns too_broad and charges all reads", async () => {
    const { simplybooks, charge, acquireLease, reads, trace } = costly(58);
    expect((await catchRejection(simplybooks("/api/v1/activities?search=zzzz"))).code).toBe("too_broad");
    const owed = toRequestCount(58 * reads()) - 1;
    expect(owed).toBeGreaterThan(80);
    expect(charged(charge)).toEqual([
      { requests: owed, lease: { slot: 1, until: testNow.getTime() + readCost.leaseMs } },
    ]);
    expect(acquireLease).toHaveBeenCalledTimes(1);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe(String(600 - 10 - owed));
  });

  it("is refused as expensive when another instance runs three of the token, and charges its reads", async () => {
    const { simplybooks, charge, acquireLease, reads } = costly(58);
    acquireLease.mockResolvedValue({ slot: null, freeAt: null });
    const { code, context } = await catchRejection(simplybooks("/api/v1/activities?search=zzzz"));
    expect([code, context.retryAfter]).toEqual(["rate_limited", 2]);
    expect(reads()).toBe(4);
    const owed = { requests: toRequestCount(4 * 58) - 1, lease: null };
    expect(charged(charge)).toEqual([owed]);
    // This instance knows by now, and refuses the repeat before it reads more than is included in any request.
    expect((await catchRejection(simplybooks("/api/v1/activities?search=zzzz"))).code).toBe("rate_limited");
    expect([reads(), acquireLease.mock.calls.length]).toEqual([4 + 2, 1]);
    expect(charged(charge)).toEqual([owed]);
  });

  it("that uses up the rate limit is the last request of the minute", async () => {
    const { simplybooks, charge, count } = costly(58);
    charge.mockResolvedValue(640);
    await catchRejection(simplybooks("/api/v1/activities?search=zzzz"));
    expect((await catchRejection(simplybooks("/api/v1/activities?take=1"))).code).toBe("rate_limited");
    expect(count).toHaveBeenCalledTimes(1);
  });
});

describe("withReadCharge, deep page", () => {
  it("returns 503, continues on retry, and charges each request", async () => {
    const { fakturoid, charge } = costly(58);
    const far = "/api/v3/accounts/acme-traders/events.json?page=999999";
    expect((await catchRejection(fakturoid(far))).code).toBe("unavailable");
    expect((await catchRejection(fakturoid(far))).code).toBe("unavailable");
    expect(charged(charge)).toHaveLength(2);
    for (const { requests } of charged(charge)) expect(requests).toBeGreaterThan(80);
  });
});

describe("withReadCharge, charge", () => {
  const failing: EventReader["readPage"] = async (_, meter) => {
    meter?.add(300);
    throw new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 });
  };

  it("is made when the read fails", async () => {
    const { finzbooks, charge } = costly(0, { page: failing });
    expect((await catchRejection(finzbooks("/api/public/v1/activity"))).code).toBe("unavailable");
    expect(charged(charge)).toEqual([{ requests: toRequestCount(300) - 1, lease: null }]);
  });

  it("is not made when the caller is refused", async () => {
    const { finzbooks, count, charge } = costly(200);
    count.mockResolvedValue(null);
    expect((await catchRejection(finzbooks("/api/public/v1/activity"))).code).toBe("unauthenticated");
    expect(charge).not.toHaveBeenCalled();
  });

  it("does not change the response when it cannot be stored", async () => {
    const { finzbooks, charge, trace } = costly(200);
    charge.mockRejectedValue(new ActivityError("unavailable", "The store is busy or away."));
    expect((await finzbooks("/api/public/v1/activity")).status).toBe(200);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe("590");
  });
});
