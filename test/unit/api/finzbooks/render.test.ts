import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderPage, renderWhoami } from "#shared/api/finzbooks/render.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { parseEvent } from "#shared/events/parse-event.ts";
import { renderEvent } from "#shared/events/rendering/render-event.ts";
import { type ContractEvent, contractEvent, contractPages } from "#test/support/api/contract-samples.ts";
import { anEvent, aToken, testNow } from "#test/support/builders.ts";

/** The stored event of a sample, by the way that every event takes. */
function stored(sample: ContractEvent): ActivityEvent {
  const text = JSON.stringify({ org_id: "org_8f9a1c2d", ...sample });
  return parseEvent(text, { now: testNow, entropy: "sample" }).event;
}

describe("renderPage, contract samples", () => {
  it.each(Object.entries(contractPages))("renders byte for byte: %s", (_, page) => {
    const { limit, has_more_page } = page.page_context;
    expect(renderPage(page.activity.map(stored), limit, has_more_page)).toBe(JSON.stringify(page));
  });

  it("renderEvent renders the documented event", () => {
    expect(renderEvent(stored(contractEvent))).toBe(JSON.stringify(contractEvent));
  });
});

it("renderEvent ignores the stored actor", () => {
  const onBehalfOf = { user_id: "usr_9", name: "Anna" };
  const actor = toJsonText({ name: "Support", type: "agent", on_behalf_of: onBehalfOf });
  expect(renderEvent(anEvent({ actor }))).toBe(renderEvent(anEvent({ actor: null })));
});

it("renderPage renders an empty page", () => {
  expect(renderPage([], 100, false)).toBe(
    '{"code":0,"message":"success","activity":[],"page_context":{"limit":100,"returned":0,"has_more_page":false}}',
  );
});

it("renderPage returns has_more_page and a count below the limit", () => {
  expect(JSON.parse(renderPage([anEvent()], 2, true)).page_context).toEqual({
    limit: 2,
    returned: 1,
    has_more_page: true,
  });
});

it.each([
  ["2026-05-11T08:30:12.000Z", "2026-05-11T08:30:12Z"],
  ["2026-05-11T08:30:12.500Z", "2026-05-11T08:30:12.500Z"],
  ["2026-05-11T08:30:12.001Z", "2026-05-11T08:30:12.001Z"],
  ["0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z"],
])("renderEvent renders the time %s as %s", (occurred_at, shown) => {
  expect(JSON.parse(renderEvent(anEvent({ occurred_at }))).occurred_at).toBe(shown);
});

it("renderEvent renders only fields of the contract", () => {
  const event = anEvent({
    actor: toJsonText({ email: "p@acme.in" }),
    text: "t",
    contact_id: "con_1",
    payment_status: "paid",
  });
  expect(Object.keys(JSON.parse(renderEvent(event)))).toEqual(Object.keys(contractEvent));
});

it("renderEvent keeps the writer's key order and numbers in structured fields", () => {
  const metadata = '{"z":1,"10":2,"a":{"y":[],"b":1e21},"__proto__":{"x":null}}';
  const { event } = parseEvent(
    `{"org_id":"o","action":"A_B","entity_type":"BILL","entity_id":"b","occurred_at":"2026-05-11","metadata":${metadata}}`,
    { now: testNow, entropy: "e" },
  );
  expect(renderEvent(event)).toContain(`"metadata":${toJsonText(JSON.parse(metadata))}`);
  expect(renderEvent(event)).toContain('"__proto__":{"x":null}');
});

it("renderEvent (property) returns valid JSON of the stored values for any text", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  fc.assert(
    fc.property(text, text, fc.option(text), fc.dictionary(text, fc.jsonValue()), (id, ref, actor, metadata) => {
      const event = anEvent({ entity_id: id, entity_ref: ref, actor_user_id: actor, metadata: toJsonText(metadata) });
      const shown = JSON.parse(renderPage([event], 1, false)).activity[0];
      expect(shown).toMatchObject({ entity_id: id, entity_ref: ref, actor_user_id: actor });
      expect(JSON.stringify(shown.metadata)).toBe(JSON.stringify(JSON.parse(event.metadata)));
    }),
  );
});

it("renderWhoami returns the token without its secret and hash", () => {
  const token = aToken({ user_id: "usr_1", scopes: ["AIBooks.activity.READ"] });
  expect(renderWhoami({ token, org_id: "org_a" })).toBe(
    `{"code":0,"message":"success","token":{"token_id":"${token.token_id}","org_id":"org_a","user_id":"usr_1",` +
      '"scopes":["AIBooks.activity.READ"],"tier":"DEFAULT"}}',
  );
});
