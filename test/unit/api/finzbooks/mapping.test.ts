import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type IncludeOption, toProjection } from "#shared/api/finzbooks/mapping.ts";
import { renderIncluded, renderPage } from "#shared/api/finzbooks/render.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { parseCursor } from "#shared/events/query/cursor.ts";
import { renderEvent } from "#shared/events/rendering/render-event.ts";
import type { SequenceFinder } from "#shared/ledger/feed/find-sequences.ts";
import { componentValidator } from "#test/support/api/api-description.ts";
import { dialect } from "#test/support/api/dialect.ts";
import { aFilter, anEvent, aQuery, aRequest } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { noSequences } from "#test/support/memory/no-sequences.ts";

const activity = "/api/public/v1/activity";

const everything: readonly IncludeOption[] = ["actor", "text", "related", "sequence", "cursor"];

const shown = (names: readonly IncludeOption[], over: Partial<ActivityEvent> = {}) =>
  JSON.parse(renderPage([anEvent(over)], 1, false, renderIncluded(new Set(names), null))).activity[0];

describe("renderIncluded", () => {
  it("without options leaves a page unchanged to the byte", () => {
    const event = anEvent({ actor: toJsonText({ name: "Anna" }), related: toJsonText([]), text: "t" });
    expect(renderPage([event], 1, true, renderIncluded(new Set(), "next"))).toBe(renderPage([event], 1, true));
  });

  it("appends the requested fields after all others", () => {
    const plain = Object.keys(JSON.parse(renderEvent(anEvent())));
    expect(Object.keys(shown(["related", "text", "actor"]))).toEqual([...plain, "actor", "text", "related"]);
    expect(Object.keys(shown(["text"]))).toEqual([...plain, "text"]);
    expect(Object.keys(shown(["cursor"]))).toEqual(plain);
  });

  it("adds the actor as recorded with the event, without addresses", () => {
    const actor = toJsonText({
      name: "Support",
      email: "s@example.com",
      avatar_url: "https://example.com/s.png",
      type: "agent",
      on_behalf_of: { user_id: "usr_9", name: "Anna" },
    });
    expect(shown(["actor"], { actor }).actor).toEqual({
      user_id: "usr_xyz",
      name: "Support",
      type: "agent",
      on_behalf_of: { user_id: "usr_9", name: "Anna" },
    });
    expect(shown(["actor"], { actor: null, actor_user_id: null }).actor).toEqual({
      user_id: null,
      name: null,
      type: null,
      on_behalf_of: null,
    });
  });

  it("adds the writer's text, else a generated sentence", () => {
    expect(shown(["text"], { text: 'Sent "at last"' }).text).toBe('Sent "at last"');
    expect(shown(["text"]).text).toBe("Invoice INV-2026-0042 sent");
  });

  it("adds related entities of any type", () => {
    const related = toJsonText([
      { entity_type: "CONTACT", entity_id: "con_1" },
      { entity_type: "SPACESHIP", entity_id: "s 1", entity_ref: "S-1" },
    ]);
    expect(shown(["related"], { related }).related).toEqual([
      { entity_type: "CONTACT", entity_id: "con_1", entity_ref: null },
      { entity_type: "SPACESHIP", entity_id: "s 1", entity_ref: "S-1" },
    ]);
    expect(shown(["related"]).related).toEqual([]);
  });
});

it("GET /activity (property) matches its schema with any include", async () => {
  const actor = toJsonText({ name: "Ann", type: "user", on_behalf_of: { user_id: "usr_9" } });
  const related = toJsonText([{ entity_type: "CONTACT", entity_id: "con_1" }]);
  await fc.assert(
    fc.asyncProperty(fc.subarray([...everything]), fc.boolean(), async (names, hasMore) => {
      const event = anEvent({ actor, related });
      const { answer } = dialect({ page: { events: [event, anEvent()], next: hasMore ? event : null } });
      const query = names.length === 0 ? "" : `?include=${names.join(",")}`;
      const { body } = await answer(aRequest(`${activity}${query}`));
      expect(componentValidator("Activity")(JSON.parse(body))).toEqual([]);
    }),
  );
});

it("toProjection selects only the fields that are rendered", async () => {
  expect(toProjection(new Set(everything))).toEqual(["actor", "text", "related"]);
  const { answer, read } = dialect();
  await answer(aRequest(`${activity}?include=related,cursor`));
  expect(read.mock.calls.map(([query]) => query)).toEqual([aQuery({ projection: ["related"] })]);
});

describe("include=sequence", () => {
  it("has another ETag once an event has its number", async () => {
    const page = { events: [anEvent()], next: null };
    const unnumbered = dialect({ page, findSequences: noSequences });
    const first = await unnumbered.answer(aRequest(`${activity}?include=sequence`));
    const findSequences: SequenceFinder = async (_log, events) =>
      new Map(events.map((event) => [event, { sequence: 7, sealed_at: "2026-05-11T08:30:13.114Z" }]));
    const headers = { ...aRequest(activity).headers, "if-none-match": first.headers.etag ?? "" };
    const { answer } = dialect({ page, findSequences });
    const second = await answer(aRequest(`${activity}?include=sequence`, { headers }));
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(JSON.parse(second.body).activity[0]).toMatchObject({ sequence: 7 });
    expect((await unnumbered.answer(aRequest(`${activity}?include=sequence`, { headers }))).status).toBe(304);
  });

  const [numbered, pending] = [anEvent({ event_id: "evt_1" }), anEvent({ event_id: "evt_2" })];
  const position = { sequence: 4_711, sealed_at: "2026-05-11T08:30:12.204Z" };
  const sequencesOf = (body: string): unknown[] =>
    JSON.parse(body).activity.map(({ sequence, sealed_at }: Record<string, unknown>) => ({ sequence, sealed_at }));

  it("adds the number and time of each event, null while it has none", async () => {
    const findSequences: SequenceFinder = async (_log, events) =>
      new Map(events.map((event, at) => [event, at === 0 ? position : null]));
    const { answer } = dialect({ page: { events: [numbered, pending], next: null }, findSequences });
    const { body } = await answer(aRequest(`${activity}?include=sequence`));
    expect(sequencesOf(body)).toEqual([position, { sequence: null, sealed_at: null }]);
  });

  it("reads the ledger only if it is asked for, for at most 100 events", async () => {
    const findSequences = vi.fn(noSequences);
    const { answer } = dialect({ findSequences });
    await answer(aRequest(`${activity}?limit=101&include=actor`));
    const error = await catchRejection(answer(aRequest(`${activity}?limit=101&include=sequence`)));
    expect(error).toMatchObject({ code: "invalid_value", context: { field: "limit" } });
    expect(findSequences).not.toHaveBeenCalled();
    await answer(aRequest(`${activity}?limit=100&include=sequence`));
    expect(findSequences.mock.calls.map(([log]) => log)).toEqual(["org_8f9a1c2d"]);
  });
});

describe("include=cursor", () => {
  const next = { occurred_at: "2026-05-11T08:30:12.000Z", event_id: "evt_1", entity_id: "inv_1" };
  const contextOf = (body: string) => JSON.parse(body).page_context;

  it("adds the cursor of the Link, which returns the next page", async () => {
    const { answer } = dialect({ page: { events: [anEvent()], next } });
    const { body, headers } = await answer(aRequest(`${activity}?include=cursor&limit=1&action=INVOICE_SENT`));
    const { next_cursor } = contextOf(body);
    expect(parseCursor(next_cursor, "org_8f9a1c2d", aFilter({ action: "INVOICE_SENT" }))).toEqual(next);
    const link = new URL(/<(.*)>/.exec(headers.link ?? "")?.[1] ?? "");
    expect(Object.fromEntries(link.searchParams)).toEqual({
      action: "INVOICE_SENT",
      limit: "1",
      cursor: next_cursor,
      include: "cursor",
    });
  });

  it("is null on the last page, and absent without the option", async () => {
    expect(contextOf((await dialect().answer(aRequest(`${activity}?include=cursor`))).body).next_cursor).toBeNull();
    const { answer } = dialect({ page: { events: [], next } });
    expect(contextOf((await answer(aRequest(`${activity}?include=text`))).body)).not.toHaveProperty("next_cursor");
  });
});

describe("GET /activity with a page that is too large for Lambda", () => {
  // As large as an event may be, of what counts twice: once read as parts, and once more as the text about it.
  const large = Array.from({ length: 40 }, (_, at) =>
    anEvent({
      event_id: `evt_${String(99 - at).padStart(32, "0")}`,
      metadata: toJsonText({ quoted: '"'.repeat(30_000) }),
      related: toJsonText(Array(50).fill({ entity_type: "CONTACT", entity_id: '"'.repeat(256) })),
    }),
  );

  it("returns fewer events and continues after them", async () => {
    const { answer, trace } = dialect({ page: { events: large, next: null } });
    const { body, headers } = await answer(aRequest(`${activity}?include=related,cursor`));
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(6_000_000);
    const { activity: events, page_context } = JSON.parse(body);
    expect(page_context).toMatchObject({ returned: events.length, has_more_page: true });
    expect(events.length).toBeGreaterThan(5);
    expect(trace.auditFields.count).toBe(events.length);
    const { event_id } = parseCursor(page_context.next_cursor, "org_8f9a1c2d", aFilter());
    expect(event_id).toBe(events.at(-1).event_id);
    expect(headers.link).toContain(page_context.next_cursor);
  });
});
