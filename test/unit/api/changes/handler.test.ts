import { describe, expect, it, vi } from "vitest";
import { createChangesHandler } from "#shared/api/changes/handler.ts";
import type { RequestContext } from "#shared/api/http/request.ts";
import type { Token } from "#shared/auth/caller.ts";
import { ActivityError } from "#shared/errors.ts";
import { toJsonText } from "#shared/events/event.ts";
import { renderEvent } from "#shared/events/rendering/render-event.ts";
import type { WaitLease, WaitLeases } from "#shared/ledger/feed/wait-leases.ts";
import { appendLeaves, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { leafOf, parseEntryLine } from "#shared/ledger/pack/entry-line.ts";
import { aRequest, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { feedFixture } from "#test/support/ledger/feed-fixture.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { signedViewerToken } from "#test/support/viewer-tokens.ts";

type Options = {
  readonly token?: Token;
  readonly suspended?: readonly string[];
  /** Milliseconds after which an event is appended, on a clock that only waiting advances. */
  readonly appendsAfterMs?: number;
};

const leaseOf = (org_id: string): WaitLease => ({ org_id, ofOrg: { slot: 1, until: 1 }, ofAll: { slot: 2, until: 1 } });

/** The change feed over a log in memory. */
function api({ token = aToken(), suspended = [], appendsAfterMs = Infinity }: Options = {}) {
  const fixture = feedFixture();
  const tokens = tokenPorts(() => token, 1, suspended);
  const context: RequestContext = { responseHeaders: {}, auditFields: {} };
  let elapsed = 0;
  let isAppended = false;
  const waits = {
    acquire: vi.fn<WaitLeases["acquire"]>(async (orgId) => leaseOf(orgId)),
    release: vi.fn<WaitLeases["release"]>(),
  };
  const handle = createChangesHandler({
    waits,
    ledger: fixture.ledger,
    createEventReader: (meter) => ({
      async get(...read) {
        await meter.next();
        const found = await fixture.ports.events.get(...read);
        meter.add(found.size / 2);
        return found;
      },
    }),
    report: fixture.ports.report,
    tokens,
    now: () => new Date(testNow.getTime() + elapsed),
    async sleep(ms) {
      elapsed += ms;
      if (elapsed < appendsAfterMs || isAppended) return;
      isAppended = true;
      await fixture.append(fixture.storeEvents(1));
    },
  });
  const ask = (query = "", over = {}) => handle(aRequest(`/api/public/v1/activity/changes${query}`, over), context);
  const exported = (query = "", over = {}) => handle(aRequest(`/api/public/v1/activity/export${query}`, over), context);
  const changes = async (query = "") => JSON.parse((await ask(query)).body);
  return { ...fixture, tokens, waits, context, ask, exported, changes, elapsed: () => elapsed };
}

describe("list_activity_changes", () => {
  it("returns the changes after a sequence in the envelope of the dialect", async () => {
    const { ask, append, storeEvents, items, context } = api();
    const entries = storeEvents(2);
    await append([...entries, ...storeEvents(1, { entity_type: "USER" })]);
    const [, second] = entries;
    const event = items.get(second?.event_id ?? "")?.event;
    if (event === undefined || event === null) throw new Error("no event");
    const at = testNow.toISOString();
    const response = await ask("?after=1&limit=2");
    expect(response.status).toBe(200);
    expect(response.body).toBe(
      `{"code":0,"message":"success","changes":[{"sequence":2,"sealed_at":"${at}","activity":${renderEvent(event)}},` +
        `{"sequence":3,"sealed_at":"${at}","activity":null,"reason":"hidden"}],` +
        '"page_context":{"after":1,"returned":2,"latest_sequence":3,"has_more_page":false}}',
    );
    expect(context.auditFields).toMatchObject({ route: "changes", filters: "after=1 limit=2", count: 2 });
    expect(context.auditFields).toMatchObject({ org_id: "org_8f9a1c2d", token_id: aToken().token_id });
  });

  it("returns a hundred changes from the beginning by default, and that more follow", async () => {
    const { changes, append, storeEvents } = api();
    await append(storeEvents(101));
    const page = await changes();
    expect(page.changes).toHaveLength(100);
    expect(page.page_context).toEqual({ after: 0, returned: 100, latest_sequence: 101, has_more_page: true });
  });

  it.each(["?after=0", "?after=7", "?after=9007199254740991"])(
    "returns an empty page for %s of an empty log",
    async (query) => {
      const after = Number(query.split("=")[1]);
      expect(await api().changes(query)).toMatchObject({
        changes: [],
        page_context: { after, returned: 0, latest_sequence: 0, has_more_page: false },
      });
    },
  );

  it.each([
    ["after", ["-1", "1.5", "x", "", "01", "1e3", "9007199254740992", "99999999999999999"]],
    ["limit", ["0", "1001", "x", ""]],
    ["wait", ["-1", "21", "1.5", "x", ""]],
  ])("refuses an invalid %s with its name", async (name, values) => {
    for (const value of values) {
      const error = await catchRejection(api().ask(`?${name}=${value}`));
      expect(error).toMatchObject({ code: "invalid_value", context: { field: name } });
    }
  });

  it.each(["?since=2026-05-11", "?entity_type=INVOICE", "?cursor=x", "?after=1&after=2"])(
    "refuses %s",
    async (query) => {
      expect(await catchRejection(api().ask(query))).toMatchObject({ code: "invalid_value" });
    },
  );

  it("refuses viewer tokens, which are limited to a part of the log", async () => {
    const headers = { authorization: `Bearer ${signedViewerToken()}` };
    const error = await catchRejection(api().ask("", { headers }));
    expect(error).toMatchObject({ code: "outside_viewer_limits", message: expect.stringContaining("change feed") });
  });

  it("refuses a token without the scope, of another organisation, or of a suspended one", async () => {
    const refused = async (options: Options, query = "") => (await catchRejection(api(options).ask(query))).code;
    expect(await refused({ token: aToken({ scopes: ["AIBooks.webhooks.MANAGE"] }) })).toBe("scope_missing");
    expect(await refused({}, "?organization_id=org_other")).toBe("org_mismatch");
    expect(await refused({ suspended: aToken().org_ids })).toBe("org_suspended");
  });

  it("charges pages by what they read: 240 ordinary events are one request", async () => {
    const charged = async (limit: number) => {
      const { ask, append, storeEvents, tokens } = api();
      await append(storeEvents(1_000));
      await ask(`?limit=${limit}`);
      return tokens.charge.mock.calls.reduce((sum, [, , { requests }]) => sum + requests, 1);
    };
    expect(await charged(100)).toBe(1);
    expect(await charged(230)).toBe(1);
    expect(await charged(1_000)).toBeGreaterThan(10);
  });

  it("ends a page of large events before the response is too large for Lambda", async () => {
    const { ask, append, storeEvents } = api();
    await append(storeEvents(300, { metadata: toJsonText({ note: '"'.repeat(14_000) }) }));
    const { body } = await ask("?limit=300");
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(5_100_000);
    const { page_context } = JSON.parse(body);
    expect(page_context.returned).toBeLessThan(300);
    expect(page_context).toMatchObject({ latest_sequence: 300, has_more_page: true });
  });
});

describe("list_activity_changes with wait", () => {
  it("returns as soon as there is a change, and releases its lease", async () => {
    const { changes, elapsed, context, waits } = api({ appendsAfterMs: 3_000 });
    const page = await changes("?wait=20");
    expect(page.changes).toMatchObject([{ sequence: 1 }]);
    expect(elapsed()).toBeLessThan(4_000);
    expect(context.waitedMs).toBe(elapsed());
    expect(waits.release.mock.calls).toEqual([[leaseOf("org_8f9a1c2d")]]);
  });

  it("returns the empty page when the time is over", async () => {
    const { changes, elapsed } = api();
    const { page_context } = await changes("?wait=5&after=0");
    expect(page_context).toEqual({ after: 0, returned: 0, latest_sequence: 0, has_more_page: false });
    expect(elapsed()).toBe(5_000);
  });

  it("does not wait when the page is not empty", async () => {
    const { changes, append, storeEvents, elapsed, waits } = api();
    await append(storeEvents(1));
    expect((await changes("?wait=20")).changes).toHaveLength(1);
    expect([elapsed(), waits.acquire.mock.calls.length]).toEqual([0, 0]);
  });

  it.each([8, 9007199254740991])("does not wait for a change after %i, beyond the end of the log", async (after) => {
    const { changes, append, storeEvents, elapsed, waits } = api();
    await append(storeEvents(7));
    expect((await changes(`?wait=20&after=${after}`)).changes).toEqual([]);
    expect([elapsed(), waits.acquire.mock.calls.length]).toEqual([0, 0]);
  });

  it.each([
    ["the organisation has no lease left", async () => null],
    ["the store of leases is unavailable", async () => Promise.reject(new ActivityError("unavailable", "busy"))],
  ])("returns immediately when %s", async (_, acquire) => {
    const { changes, elapsed, waits } = api();
    waits.acquire.mockImplementation(acquire);
    expect((await changes("?wait=20")).changes).toEqual([]);
    expect(elapsed()).toBe(0);
  });

  it.each([
    ["unauthenticated", { ...aToken(), revoked_at: testNow.toISOString() }],
    ["unauthenticated", { ...aToken(), expires_at: new Date(testNow.getTime() + 500).toISOString() }],
    ["org_mismatch", { ...aToken(), org_ids: ["org_other"] }],
    ["scope_missing", { ...aToken(), scopes: [] }],
  ] as const)("throws %s when the token has lost its access during the wait", async (code, changed) => {
    const { ask, tokens, waits, reads } = api({ appendsAfterMs: 1_000 });
    waits.acquire.mockImplementation(async (orgId) => {
      tokens.get.mockResolvedValue({ token: { ...changed, suspended_org_ids: [] }, used: 0 });
      return leaseOf(orgId);
    });
    const query = "?wait=20&organization_id=org_8f9a1c2d";
    expect(await catchRejection(ask(query))).toMatchObject({ code });
    expect(reads).toEqual([]);
    expect(waits.release).toHaveBeenCalledOnce();
  });

  it("does not use the token's leases for expensive requests", async () => {
    const { changes, tokens } = api({ appendsAfterMs: 1_000 });
    await changes("?wait=20");
    expect(tokens.acquireLease).not.toHaveBeenCalled();
  });

  it("releases the lease when reading fails", async () => {
    const { ask, ledger, waits } = api();
    ledger.getChunk = async () => {
      throw new Error("no connection");
    };
    await expect(ask("?wait=20")).rejects.toThrow("no connection");
    expect(waits.release).toHaveBeenCalledOnce();
  });
});

describe("export_activity", () => {
  const exporter = aToken({ scopes: ["AIBooks.activity.EXPORT"] });
  const linesOf = (body: string) => body.trimEnd().split("\n").map(parseEntryLine);

  it("returns what the leaf of each entry commits to, and the event as stored", async () => {
    const { exported, append, storeEvents, items, context, ledger, org_id } = api({ token: exporter });
    const [first, second, absent] = storeEvents(3);
    if (first === undefined || second === undefined || absent === undefined) throw new Error("no entries");
    const [hidden] = storeEvents(1, { entity_type: "USER" });
    if (hidden === undefined) throw new Error("no entry");
    const changed = { ...second, sha256: new Uint8Array(32) };
    await append([first, changed, absent, hidden]);
    items.delete(absent.event_id);
    const { status, headers, body } = await exported();
    expect([status, headers["content-type"], headers.link]).toEqual([
      200,
      "application/x-ndjson; charset=utf-8",
      undefined,
    ]);
    const entries = linesOf(body);
    expect(entries).toMatchObject([
      { sequence: 1, kind: "event", event: first.event_id },
      { sequence: 2, event: null, reason: "tampered" },
      { sequence: 3, event: null, reason: "missing" },
      { sequence: 4, event: null, reason: "hidden" },
    ]);
    const root = rootOf(appendLeaves([], 0, entries.map(leafOf)));
    expect(Buffer.from(root)).toEqual(Buffer.from((await ledger.getNewestChunk(org_id))?.root ?? []));
    expect(context.auditFields).toMatchObject({ route: "export", filters: "after=0 limit=100", count: 4 });
  });

  it("links to the page after its last entry", async () => {
    const { exported, append, storeEvents } = api({ token: exporter });
    await append(storeEvents(5));
    const { headers, body } = await exported("?after=1&limit=2");
    expect(linesOf(body).map(({ sequence }) => sequence)).toEqual([2, 3]);
    expect(headers.link).toMatch(/\/api\/public\/v1\/activity\/export\?after=3&limit=2>; rel="next"$/);
    expect((await exported("?after=5")).body).toBe("");
  });

  it("needs a scope of its own", async () => {
    const { exported } = api({ token: aToken({ scopes: ["AIBooks.activity.READ"] }) });
    expect((await catchRejection(exported())).code).toBe("scope_missing");
    const viewer = { headers: { authorization: `Bearer ${signedViewerToken()}` } };
    expect((await catchRejection(exported("", viewer))).code).toBe("outside_viewer_limits");
  });
});
