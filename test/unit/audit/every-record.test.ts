import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dashboardQueries } from "#shared/audit/dashboard-queries.ts";
import { type AuditWindow, evaluateQuery, parseLines } from "#shared/audit/evaluate-query.ts";
import { formatEventLine, toEventLine } from "#shared/audit/event-line.ts";
import { toInsightsQuery } from "#shared/audit/insights.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import { toRecordId } from "#shared/audit/record-id.ts";
import type { QueryArgs } from "#shared/audit/saved-query.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { anEvent } from "#test/support/builders.ts";
import { keyOf } from "#test/support/events/demo-log.ts";

const always: AuditWindow = { since: "2000-01-01T00:00:00.000Z", until: "2100-01-01T00:00:00.000Z", org: null };
const stored = new Date("2026-06-01T12:00:00.000Z");

/** A stored record: the event, when DynamoDB stored it, and its sequence number in the stream. */
type Stored = { readonly event: ActivityEvent; readonly sequenceNumber: string; readonly copies: number };

const action = fc.constantFrom("INVOICE_VOIDED", "INVOICE_UPDATED", "INVOICE_PAID", "INVOICE_SENT");
const fieldName = fc.constantFrom("due_date", "total", "due", "status");

const someEvent = fc
  .record({
    action,
    org_id: fc.constantFrom("org_a", "org_b"),
    entity_id: fc.constantFrom("inv_1", "inv_2", "inv#3"),
    // Three ids for all events, reused for other entities, organisations and times.
    event_id: fc.constantFrom("0", "1", "2").map((digit) => `evt_${digit.repeat(32)}`),
    actor_user_id: fc.option(fc.constantFrom("usr_1", "usr_2")),
    on_behalf_of: fc.option(fc.constantFrom("usr_1", "usr_9")),
    fields: fc.uniqueArray(fieldName, { maxLength: 3 }),
    at: fc.integer({ min: 0, max: 3 }),
    day: fc.constantFrom(1, 20),
  })
  .map(({ on_behalf_of, fields, at, day, ...said }) =>
    anEvent({
      ...said,
      occurred_at: new Date(Date.UTC(2026, 4, day, 10, 0, at)).toISOString(),
      recorded_at: stored.toISOString(),
      actor: on_behalf_of === null ? null : toJsonText({ name: "Support", on_behalf_of: { user_id: on_behalf_of } }),
      changes:
        fields.length === 0 ? null : toJsonText(Object.fromEntries(fields.map((name) => [name, { old: 1, new: at }]))),
    }),
  );

/** Events with unique keys. Each line appears once or twice. */
const logArbitrary: fc.Arbitrary<Stored[]> = fc
  .array(fc.tuple(someEvent, fc.integer({ min: 1, max: 2 })), { maxLength: 40 })
  .map((found) => {
    const byKey = new Map(found.map(([event, copies]) => [JSON.stringify(keyOf(event)), { event, copies }]));
    return [...byKey.values()].map(({ event, copies }, at) => ({ event, copies, sequenceNumber: String(1_000 + at) }));
  });

const clock = getZoneClock("UTC");

function linesOf(log: readonly Stored[]): string[] {
  return log.flatMap(({ event, sequenceNumber, copies }) =>
    Array.from({ length: copies }, (_, at) => {
      const recorded = { stored, sequenceNumber, recordId: toRecordId(keyOf(event)), unlistedShard: null };
      return formatEventLine(toEventLine(event, clock, { ...recorded, now: new Date(stored.getTime() + at * 1_000) }));
    }),
  );
}

function ask(name: string, log: readonly Stored[], filled: QueryArgs = {}, window = always) {
  const query = savedQueries.find((candidate) => candidate.name === name);
  if (query === undefined) throw new Error(`There is no query ${name}.`);
  return evaluateQuery(query, filled, window, parseLines(linesOf(log)));
}

type Which = { readonly [name in "org_id" | "entity_id" | "occurred_at" | "event_id"]?: unknown };

/** Returns a sortable key that identifies a record, for events and rows. */
const identities = (found: readonly Which[]) =>
  found
    .map(({ org_id, entity_id, occurred_at, event_id }) => [org_id, entity_id, occurred_at, event_id].join(" "))
    .sort();

const changesOf = ({ changes }: ActivityEvent): object => (changes === null ? {} : JSON.parse(changes));
const onBehalfOf = ({ actor }: ActivityEvent) => (actor === null ? null : JSON.parse(actor).on_behalf_of.user_id);
const isUsers = (event: ActivityEvent, user: string) => event.actor_user_id === user || onBehalfOf(event) === user;

describe("saved queries over any log with reused event ids", () => {
  it.each<[string, QueryArgs, (event: ActivityEvent) => boolean]>([
    ["user-activity", { user: "usr_1" }, (event) => isUsers(event, "usr_1")],
    ["user-activity", { user: "usr_9", field: "due" }, (event) => isUsers(event, "usr_9") && "due" in changesOf(event)],
    ["document-history", { document: "inv#3" }, ({ entity_id }) => entity_id === "inv#3"],
    ["field-changes", { field: "due_date" }, (event) => "due_date" in changesOf(event)],
    [
      "field-changes",
      { field: "due", document: "inv_1" },
      (event) => event.entity_id === "inv_1" && "due" in changesOf(event),
    ],
    ["voids-and-deletions", {}, (event) => event.action === "INVOICE_VOIDED"],
    [
      "voids-and-deletions",
      { field: "total" },
      (event) => event.action === "INVOICE_VOIDED" && "total" in changesOf(event),
    ],
    ["late-events", { threshold: 86_400 * 20 }, ({ occurred_at }) => occurred_at < "2026-05-12"],
  ])("%s with %j has a row for every matching stored event", (name, filled, isAbout) => {
    fc.assert(
      fc.property(logArbitrary, (log) => {
        const expected = log.map(({ event }) => event).filter(isAbout);
        expect(identities(ask(name, log, filled))).toEqual(identities(expected));
      }),
    );
  });

  it("return only rows of the requested organisation", () => {
    fc.assert(
      fc.property(logArbitrary, (log) => {
        const expected = log
          .map(({ event }) => event)
          .filter((event) => event.org_id === "org_b" && event.entity_id === "inv_1");
        const rows = ask("document-history", log, { document: "inv_1" }, { ...always, org: "org_b" });
        expect(identities(rows)).toEqual(identities(expected));
      }),
    );
  });

  it("count stored events", () => {
    fc.assert(
      fc.property(logArbitrary, (log) => {
        const events = log.map(({ event }) => event);
        const bySource = Map.groupBy(events, ({ org_id }) => org_id);
        const counted = ask("changes-by-source", log).map(({ org_id, changes }) => [org_id, changes]);
        expect(counted.sort()).toEqual([...bySource].map(([org_id, own]) => [org_id, own.length]).sort());
        const users = Map.groupBy(
          events.filter(({ actor_user_id }) => actor_user_id !== null),
          ({ org_id, actor_user_id, occurred_at }) => `${org_id} ${actor_user_id} ${occurred_at.slice(0, 15)}`,
        );
        const bulk = ask("bulk-changes", log, { threshold: 2 }).map(({ changes }) => Number(changes));
        const expected = [...users.values()].map((own) => own.length).filter((count) => count >= 2);
        expect(bulk.sort()).toEqual(expected.sort());
      }),
    );
  });

  it("compute edits after closing per organisation and entity, with the last edit", () => {
    const closes = ({ action }: ActivityEvent) => action === "INVOICE_PAID";
    const edits = (event: ActivityEvent) =>
      !closes(event) &&
      (event.action === "INVOICE_UPDATED" || Object.keys(changesOf(event)).some((name) => name !== "status"));
    const times = (found: readonly ActivityEvent[]) => found.map(({ occurred_at }) => occurred_at).sort();
    fc.assert(
      fc.property(logArbitrary, (log) => {
        const documents = Map.groupBy(
          log.map(({ event }) => event),
          ({ org_id, entity_id }) => `${org_id} ${entity_id}`,
        );
        const expected = [...documents].flatMap(([document, own]) => {
          const [closed = "9999", last = ""] = [times(own.filter(closes))[0], times(own.filter(edits)).at(-1)];
          return last > closed ? [`${document} ${last}`] : [];
        });
        const rows = ask("edits-after-closing", log);
        const found = rows.map(
          ({ org_id, entity_id, last_edit }) => `${org_id} ${entity_id} ${String(last_edit).slice(0, 24)}`,
        );
        expect(found.sort()).toEqual(expected.sort());
      }),
    );
  });
});

it("saved queries keep the row of a record that was removed and written again with other content", () => {
  const event = anEvent({ action: "INVOICE_VOIDED", actor_user_id: "usr_m" });
  const log = [
    { event, sequenceNumber: "1", copies: 2 },
    { event: { ...event, actor_user_id: "usr_other" }, sequenceNumber: "3", copies: 1 },
  ];
  expect(
    ask("voids-and-deletions", log)
      .map(({ actor_user_id }) => actor_user_id)
      .sort(),
  ).toEqual(["usr_m", "usr_other"]);
});

it("saved queries show lines from before records had ids, and count them by event", () => {
  const events = ["1", "2"].map((digit) => anEvent({ event_id: `evt_${digit.repeat(32)}` }));
  const old = linesOf(events.map((event) => ({ event, sequenceNumber: "1", copies: 2 }))).map((text) =>
    JSON.stringify({ ...JSON.parse(text), record_id: undefined }),
  );
  const over = (name: string, filled: QueryArgs) =>
    savedQueries
      .filter((query) => query.name === name)
      .flatMap((query) => evaluateQuery(query, filled, always, parseLines(old)));
  expect(over("document-history", { document: "inv_8c3f1a9b" })).toHaveLength(4);
  expect(over("changes-by-source", {})).toMatchObject([{ changes: 2 }]);
});

it("no saved query and no dashboard query identifies records by event_id alone", () => {
  const texts = [...savedQueries.map((query) => toInsightsQuery(query)), ...Object.values(dashboardQueries)];
  for (const text of texts) expect(text).not.toMatch(/dedup event_id|count_distinct\(event_id\)/);
  const ofEvents = [dashboardQueries.eventsByType, dashboardQueries.eventsBySource, dashboardQueries.topActors];
  for (const text of ofEvents) expect(text).toContain("count_distinct(stored_record) as count");
});
