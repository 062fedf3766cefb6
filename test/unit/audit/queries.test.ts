import { describe, expect, it } from "vitest";
import { demoOrg } from "#infra/local/demo/seed-events.ts";
import { type AuditRow, type AuditWindow, evaluateQuery, parseLines } from "#shared/audit/evaluate-query.ts";
import type { AdminLine, DeliveryLine, RequestLine } from "#shared/audit/line-types.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import type { QueryArgs } from "#shared/audit/saved-query.ts";
import { actionVerb } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { demoEvents, demoLine, demoLines } from "#test/support/events/demo-log.ts";

const events = demoEvents(400);
const lines = demoLines(events);
const always: AuditWindow = { since: "2000-01-01T00:00:00.000Z", until: "2100-01-01T00:00:00.000Z", org: null };

function ask(
  name: string,
  filled: QueryArgs = {},
  window: AuditWindow = always,
  over: readonly string[] = lines,
): AuditRow[] {
  const query = savedQueries.find((candidate) => candidate.name === name);
  if (query === undefined) throw new Error(`There is no query ${name}.`);
  return evaluateQuery(query, filled, window, parseLines(over));
}

const inTenDays = "2026-09-11T00:00:00.000Z";

const ids = (rows: readonly AuditRow[]) => rows.map(({ event_id }) => event_id);
/** For equal times, the line that was written last comes first. */
const newestFirst = (found: readonly ActivityEvent[]) =>
  found
    .toReversed()
    .sort((left, right) => Date.parse(right.occurred_at) - Date.parse(left.occurred_at))
    .map(({ event_id }) => event_id);

/** Local time in India, computed without a time zone library: it has no daylight saving time. */
const inIndia = ({ occurred_at }: ActivityEvent) => new Date(Date.parse(occurred_at) + 5.5 * 3_600_000);
const sourceOf = ({ metadata }: ActivityEvent): string => JSON.parse(metadata).source ?? "unknown";
const changesOf = ({ changes }: ActivityEvent): Record<string, { new: unknown }> =>
  changes === null ? {} : JSON.parse(changes);

describe("saved queries over the demo log with each event written once or twice", () => {
  it("return for user-activity the events of a user", () => {
    const user = "usr_xyz";
    const expected = events.filter(({ actor_user_id }) => actor_user_id === user);
    expect(expected.length).toBeGreaterThan(3);
    expect(ids(ask("user-activity", { user }))).toEqual(newestFirst(expected));
  });

  it("return for document-history the events of an entity", () => {
    const document = "inv_8c3f1a9b";
    const expected = events.filter(({ entity_id }) => entity_id === document);
    expect(expected.length).toBeGreaterThan(3);
    expect(ids(ask("document-history", { document }))).toEqual(newestFirst(expected));
  });

  it("return for voids-and-deletions events by verb or new status", () => {
    const expected = events.filter(
      (event) =>
        ["INVOICE_VOIDED", "INVOICE_DELETED"].includes(event.action) || changesOf(event).status?.new === "VOID",
    );
    expect(expected.length).toBeGreaterThan(5);
    expect(ids(ask("voids-and-deletions"))).toEqual(newestFirst(expected));
  });

  it("return for out-of-office-hours users' events in the time zone of the organisation", () => {
    const expected = events.filter((event) => {
      const local = inIndia(event);
      const [hour, day] = [local.getUTCHours(), local.getUTCDay()];
      return event.actor_user_id !== null && (hour < 7 || hour >= 19 || day === 0 || day === 6);
    });
    expect(expected.length).toBeGreaterThan(20);
    expect(expected.length).toBeLessThan(events.length / 2);
    expect(ids(ask("out-of-office-hours"))).toEqual(newestFirst(expected));
  });

  it("return for edits-after-closing entities whose last edit is later than their first closing", () => {
    const byDocument = Map.groupBy(events, ({ entity_id }) => entity_id);
    const times = (found: readonly ActivityEvent[]) => found.map(({ occurred_at }) => Date.parse(occurred_at));
    const closes = (event: ActivityEvent) =>
      event.payment_status !== null ||
      /_(PAID|APPROVED)$/.test(event.action) ||
      changesOf(event).status?.new === "PAID";
    const edits = (event: ActivityEvent) =>
      !closes(event) &&
      !event.action.endsWith("_CREATED") &&
      (actionVerb(event) === "UPDATED" || Object.keys(changesOf(event)).some((field) => field !== "status"));
    const edit = events.find(({ action }) => action === "INVOICE_UPDATED");
    const paid = events.find(({ action }) => action === "INVOICE_PAID");
    if (edit === undefined || paid === undefined) throw new Error("The demo edits and pays invoices.");
    const { entity_id } = paid;
    const occurred_at = "2026-08-01T10:00:00.000Z";
    const late = { ...edit, event_id: `evt_${"f".repeat(32)}`, occurred_at, entity_id };
    const expected = [...byDocument].flatMap(([entity_id, own]) => {
      const all = entity_id === late.entity_id ? [...own, late] : own;
      const [closed, edited] = [times(all.filter(closes)), times(all.filter(edits))];
      return closed.length > 0 && edited.length > 0 && Math.max(...edited) > Math.min(...closed) ? [entity_id] : [];
    });
    expect(expected).toContain(late.entity_id);
    const rows = ask("edits-after-closing", {}, always, [...lines, ...demoLines([late])]);
    expect(rows.map(({ entity_id }) => entity_id).sort()).toEqual(expected.sort());
    expect(rows[0]).toMatchObject({ edited_at: Date.parse(late.occurred_at) });
  });

  it("count for changes-by-source each event, entity and user once", () => {
    const bySource = Map.groupBy(events, sourceOf);
    const expected = [...bySource].map(([source, own]) => ({
      org_id: demoOrg.org_id,
      source,
      changes: own.length,
      documents: new Set(own.map(({ entity_id }) => entity_id)).size,
      users: new Set(own.flatMap(({ actor_user_id }) => actor_user_id ?? [])).size,
    }));
    const rows = ask("changes-by-source");
    expect(rows).toHaveLength(expected.length);
    expect(rows).toEqual(expect.arrayContaining(expected));
    expect(rows.map(({ changes }) => changes)).toEqual(
      rows.map(({ changes }) => Number(changes)).sort((a, b) => b - a),
    );
  });

  it("return for bulk-changes ten minutes of one user that reach the threshold", () => {
    const tenMinutes = 600_000;
    const slots = Map.groupBy(
      events.filter(({ actor_user_id }) => actor_user_id !== null),
      ({ actor_user_id, occurred_at }) => `${actor_user_id} ${Math.floor(Date.parse(occurred_at) / tenMinutes)}`,
    );
    const expected = [...slots.values()].map((own) => own.length).filter((count) => count >= 3);
    expect(expected.length).toBeGreaterThan(0);
    const rows = ask("bulk-changes", { threshold: 3 });
    expect(rows.map(({ changes }) => changes)).toEqual(expected.sort((left, right) => right - left));
    expect(ask("bulk-changes", { threshold: 10_000 })).toEqual([]);
  });

  it("return for late-events events whose delay reaches the threshold", () => {
    const [first] = events;
    if (first === undefined) throw new Error("The demo has no events.");
    const late = { ...first, event_id: `evt_${"0".repeat(32)}`, recorded_at: "2026-09-01T00:00:00.000Z" };
    const more = [...lines, ...demoLines([late])];
    expect(ids(ask("late-events", { threshold: 3_600 }, always, more))).toEqual([late.event_id]);
    expect(ask("late-events", { threshold: 3 }, always, more)).toHaveLength(events.length + 1);
  });

  it("return for late-events a backdated event with a manipulated clock, and one with a clock ahead", () => {
    const [first] = events;
    if (first === undefined) throw new Error("The demo has no events.");
    const stored = "2026-09-01T00:00:00.000Z";
    const backdated = { ...first, event_id: `evt_${"0".repeat(32)}`, recorded_at: first.occurred_at };
    const ahead = { ...first, event_id: `evt_${"1".repeat(32)}`, occurred_at: stored, recorded_at: inTenDays };
    const more = [backdated, ahead].map((event) => demoLine(event, new Date(stored)));
    const rows = ask("late-events", { threshold: 3_600 }, always, [...lines, ...more]);
    expect(rows).toHaveLength(2);
    const clock_skew_seconds = Math.round((Date.parse(first.occurred_at) - Date.parse(stored)) / 1_000);
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          event_id: backdated.event_id,
          late_seconds: -clock_skew_seconds,
          clock_skew_seconds,
        }),
        expect.objectContaining({ event_id: ahead.event_id, late_seconds: 0, clock_skew_seconds: 864_000 }),
      ]),
    );
  });

  it("return no row for tampering", () => expect(ask("tampering")).toEqual([]));

  it("return only lines in the window and of the organisation", () => {
    const window = { ...always, since: "2026-02-01T00:00:00.000Z", until: "2026-02-28T23:59:59.999Z" };
    const expected = events.filter(({ recorded_at }) => recorded_at >= window.since && recorded_at <= window.until);
    const counted = ask("changes-by-source", {}, window).reduce((sum, { changes }) => sum + Number(changes), 0);
    expect(counted).toBe(expected.length);
    expect(ask("changes-by-source", {}, { ...always, org: "org_other" })).toEqual([]);
    expect(ask("changes-by-source", {}, { ...always, org: demoOrg.org_id })).toEqual(ask("changes-by-source"));
  });
});

describe("saved queries over the access log", () => {
  const aRequest = (over: Partial<RequestLine>): RequestLine => ({
    time: "2026-06-01T12:00:00.000Z",
    message: "request",
    request_id: "req_0",
    dialect: "finzbooks",
    method: "GET",
    status: 200,
    ip: "203.0.113.4",
    duration_ms: 5,
    ...over,
  });
  const admin: AdminLine = {
    time: "2026-06-01T12:00:00.000Z",
    message: "admin",
    request_id: "inv_1",
    action: "token.revoke",
    outcome: "done",
    token_id: "tok_1",
    duration_ms: 3,
  };
  const delivery: DeliveryLine = {
    time: "2026-06-01T12:00:00.000Z",
    message: "delivery",
    org_id: "org_a",
    endpoint_id: "wh_1",
    delivery_id: "dlv_1",
    event_id: "evt_1",
    outcome: "given_up",
  };
  const read = aRequest({ request_id: "req_1", token_id: "tok_1", org_id: "org_a", route: "activity", count: 3 });
  const refused = (n: number, over: Partial<RequestLine> = {}) =>
    aRequest({ request_id: `req_f${n}`, status: 401, token_id: "none", code: "unauthenticated", ...over });
  const access = [
    read,
    read,
    aRequest({ request_id: "req_2", route: "openapi" }),
    aRequest({ request_id: "req_4", token_id: "tok_2", org_id: "org_a", route: "activity", status: 304, count: 5 }),
    aRequest({ request_id: "req_3", token_id: "tok_1", method: "POST", status: 201 }),
    refused(1),
    refused(1),
    refused(2),
    refused(3, { ip: "198.51.100.7", token_id: "tok_9" }),
    admin,
    delivery,
    delivery,
    { message: "no time" },
  ].map((line) => JSON.stringify(line));
  const noise = ["", "START RequestId: 1", "{ broken", '"text"'];
  const over = [...noise, ...access];

  it("count for failed-authentications each request once, by token and address", () => {
    expect(ask("failed-authentications", {}, always, over)).toEqual([
      { ip: "203.0.113.4", token_id: "none", dialect: "finzbooks", attempts: 2 },
      { ip: "198.51.100.7", token_id: "tok_9", dialect: "finzbooks", attempts: 1 },
    ]);
  });

  it("return for who-read-what every read with a token once, including 304", () => {
    expect(ask("who-read-what", {}, always, over)).toEqual([
      expect.objectContaining({ request_id: "req_4", token_id: "tok_2", count: 5 }),
      expect.objectContaining({ request_id: "req_1", token_id: "tok_1", org_id: "org_a", count: 3, filters: null }),
    ]);
  });

  it("return for who-read-what with a document only the reads that name it", () => {
    const ofInvoice = aRequest({ request_id: "req_5", token_id: "tok_1", org_id: "org_a", entity_id: "inv_1" });
    const rows = ask("who-read-what", { document: "inv_1" }, always, [...over, JSON.stringify(ofInvoice)]);
    expect(rows).toMatchObject([{ request_id: "req_5", entity_id: "inv_1" }]);
  });

  it("return for token-requests all requests with a token or viewer token, and those that issued or revoked it", () => {
    const viewer = { token_id: "tok_1", viewer_token_id: "vwt_1" };
    const more = [
      aRequest({ request_id: "issue", ...viewer, method: "POST", route: "create_viewer_token", status: 201 }),
      aRequest({ request_id: "use", ...viewer, route: "activity", status: 403 }),
      aRequest({ request_id: "revoke", token_id: "tok_2", method: "POST", revoked_token_id: "tok_1" }),
      aRequest({ request_id: "grant", token_id: "tok_3", method: "POST", issued_token_id: "tok_4" }),
    ];
    const asking = (token: string) =>
      ask("token-requests", { token }, always, [...over, ...more.map((line) => JSON.stringify(line))])
        .map(({ request_id }) => request_id)
        .toSorted();
    expect(asking("vwt_1")).toEqual(["issue", "use"]);
    expect(asking("tok_1")).toEqual(["issue", "req_1", "req_3", "revoke", "use"]);
    expect(asking("tok_4")).toEqual(["grant"]);
  });

  it("return for token-revocations only what was revoked", () => {
    const revoked = (request_id: string, status: number) =>
      JSON.stringify(aRequest({ request_id, status, token_id: "tok_2", revoked_token_id: "tok_1", org_id: "org_a" }));
    const rows = ask("token-revocations", {}, always, [...over, revoked("done", 200), revoked("refused", 404)]);
    expect(rows).toMatchObject([{ request_id: "done", token_id: "tok_2", revoked_token_id: "tok_1", org_id: "org_a" }]);
  });

  it("return for administration the calls of each organisation involved", () => {
    const shared = JSON.stringify({ ...admin, request_id: "inv_2", org_ids: "org_a,org_b" });
    for (const org of ["org_a", "org_b"]) {
      expect(ask("administration", {}, { ...always, org }, [...over, shared])).toMatchObject([
        { org_ids: "org_a,org_b" },
      ]);
    }
    expect(ask("administration", {}, { ...always, org: "org_" }, [...over, shared])).toEqual([]);
  });

  it("return for undelivered-webhooks and administration each line once", () => {
    expect(ask("undelivered-webhooks", {}, always, over)).toMatchObject([{ delivery_id: "dlv_1", event_id: "evt_1" }]);
    expect(ask("administration", {}, always, over)).toMatchObject([{ action: "token.revoke", token_id: "tok_1" }]);
  });
});
