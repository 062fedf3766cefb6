import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IncludeOption, toProjection } from "#shared/api/finzbooks/mapping.ts";
import { renderIncluded, renderPage } from "#shared/api/finzbooks/render.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { parseCursor } from "#shared/events/query/cursor.ts";
import { renderEvent } from "#shared/events/rendering/render-event.ts";
import { faults } from "#test/support/api/api-description.ts";
import { dialect } from "#test/support/api/dialect.ts";
import { aFilter, anEvent, aQuery, aRequest } from "#test/support/builders.ts";

const activity = "/api/public/v1/activity";

const everything: readonly IncludeOption[] = ["actor", "text", "related", "cursor"];

const shown = (names: readonly IncludeOption[], over: Partial<ActivityEvent> = {}) =>
  JSON.parse(renderPage([anEvent(over)], 1, false, renderIncluded(new Set(names), null))).activity[0];

describe("an event", () => {
  it("without include is what it always was, to the byte", () => {
    const event = anEvent({ actor: toJsonText({ name: "Anna" }), related: toJsonText([]), text: "t" });
    expect(renderPage([event], 1, true, renderIncluded(new Set(), "next"))).toBe(renderPage([event], 1, true));
  });

  it("has what was asked for, behind all that it always has", () => {
    const plain = Object.keys(JSON.parse(renderEvent(anEvent())));
    expect(Object.keys(shown(["related", "text", "actor"]))).toEqual([...plain, "actor", "text", "related"]);
    expect(Object.keys(shown(["text"]))).toEqual([...plain, "text"]);
    expect(Object.keys(shown(["cursor"]))).toEqual(plain);
  });

  it("names who acted, as of then, and for whom, without addresses", () => {
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

  it("says what happened in the words of its writer, else in its own", () => {
    expect(shown(["text"], { text: 'Sent "at last"' }).text).toBe('Sent "at last"');
    expect(shown(["text"]).text).toBe("Invoice INV-2026-0042 sent");
  });

  it("names what else it is about, whatever kind that is", () => {
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

it("pages are as described, whatever is included", async () => {
  const actor = toJsonText({ name: "Ann", type: "user", on_behalf_of: { user_id: "usr_9" } });
  const related = toJsonText([{ entity_type: "CONTACT", entity_id: "con_1" }]);
  await fc.assert(
    fc.asyncProperty(fc.subarray([...everything]), fc.boolean(), async (names, hasMore) => {
      const event = anEvent({ actor, related });
      const { answer } = dialect({ page: { events: [event, anEvent()], next: hasMore ? event : null } });
      const query = names.length === 0 ? "" : `?include=${names.join(",")}`;
      const { body } = await answer(aRequest(`${activity}${query}`));
      expect(faults("Activity")(JSON.parse(body))).toEqual([]);
    }),
  );
});

it("reads no part that is not shown", async () => {
  expect(toProjection(new Set(everything))).toEqual(["actor", "text", "related"]);
  const { answer, read } = dialect();
  await answer(aRequest(`${activity}?include=related,cursor`));
  expect(read.mock.calls.map(([query]) => query)).toEqual([aQuery({ projection: ["related"] })]);
});

describe("the cursor", () => {
  const next = { occurred_at: "2026-05-11T08:30:12.000Z", event_id: "evt_1", entity_id: "inv_1" };
  const contextOf = (body: string) => JSON.parse(body).page_context;

  it("is that of the link, and leads to the page after", async () => {
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

  it("is null on the last page, and absent where nobody asks", async () => {
    expect(contextOf((await dialect().answer(aRequest(`${activity}?include=cursor`))).body).next_cursor).toBeNull();
    const { answer } = dialect({ page: { events: [], next } });
    expect(contextOf((await answer(aRequest(`${activity}?include=text`))).body)).not.toHaveProperty("next_cursor");
  });
});

describe("a page that would be too large for Lambda", () => {
  // As large as an event may be, of what counts twice: once read as parts, and once more as the text about it.
  const large = Array.from({ length: 40 }, (_, at) =>
    anEvent({
      event_id: `evt_${String(99 - at).padStart(32, "0")}`,
      metadata: toJsonText({ quoted: '"'.repeat(30_000) }),
      related: toJsonText(Array(50).fill({ entity_type: "CONTACT", entity_id: '"'.repeat(256) })),
    }),
  );

  it("is cut, and goes on behind what it shows", async () => {
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
