import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCleanId } from "#shared/events/limits.ts";
import { encodeCursor, parseCursor } from "#shared/events/query/cursor.ts";
import type { EventFilter } from "#shared/events/query/query.ts";
import { aFilter } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const org = "org_8f9a1c2d";
const filter = aFilter({ entity_type: "INVOICE", since: "2026-05-01T00:00:00.000Z" });
const position = {
  occurred_at: "2026-05-11T08:30:12.000Z",
  event_id: "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300",
  entity_id: "счёт/1 #🧾~?",
};
const cursor = encodeCursor(position, org, filter);

function expectRefused(text: string, orgId = org, other: EventFilter = filter): void {
  const error = catchError(() => parseCursor(text, orgId, other));
  expect([error.code, error.context.field]).toEqual(["invalid_value", "cursor"]);
}

it("parseCursor returns the encoded position", () => {
  expect(parseCursor(cursor, org, filter)).toEqual(position);
  const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 }).filter(isCleanId);
  const time = fc.date({ min: new Date("2026-05-01"), max: new Date("2027-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(time, fc.uuid(), id, (at, uuid, entity_id) => {
      const any = { occurred_at: at.toISOString(), event_id: `evt_${uuid.replaceAll("-", "")}`, entity_id };
      expect(parseCursor(encodeCursor(any, org, filter), org, filter)).toEqual(any);
    }),
  );
});

it.each([
  ["a time before the range", { occurred_at: "2026-04-30T23:59:59.999Z" }],
  ["no event", { event_id: "" }],
  ["no entity", { entity_id: "" }],
  ["more than a key may have", { entity_id: "x".repeat(1_000) }],
  ["half of a surrogate pair", { entity_id: "\ud800" }],
])("parseCursor rejects %s, also with a valid checksum", (_, over) => {
  expectRefused(encodeCursor({ ...position, ...over }, org, filter));
});

it("parseCursor returns the key of a damaged item after which a page continues", () => {
  const garbage = { occurred_at: "2026-05-11Tx", event_id: "e#\u0001", entity_id: "é\u0000" };
  expect(parseCursor(encodeCursor(garbage, org, filter), org, filter)).toEqual(garbage);
  const keyed = { ...garbage, key: { timeline: "t#\u0001", position: "p" } };
  expect(parseCursor(encodeCursor(keyed, org, filter), org, filter)).toEqual(keyed);
  for (const key of [
    { timeline: "", position: "p" },
    { timeline: "t", position: "p".repeat(1_025) },
  ]) {
    expectRefused(encodeCursor({ ...garbage, key }, org, filter));
  }
});

it("encodeCursor returns the same cursor as before the filter by action existed", () => {
  // Written by the previous version: paging must continue across a deployment.
  expect(cursor).toBe(
    "MU9pTUJGdXpwcVhBVHVWUkh5VU1GU0RbIjIwMjYtMDUtMTFUMDg6MzA6MTIuMDAwWiIsImV2dF8zZDFhODBlMDVkNWIzYTNkYWM4YzdjMTJhNWMwYjMwMCIsItGB0YfRkdGCLzEgI_Cfp75-PyJd",
  );
});

it("encodeCursor returns text that needs no escaping in a URL", () => {
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
});

it("encodeCursor does not reveal the organisation", () => {
  expect(Buffer.from(cursor, "base64url").toString()).not.toContain(org);
});

describe("parseCursor rejects a cursor", () => {
  it("of another organisation", () => expectRefused(cursor, "org_other"));

  it.each<[string, Partial<EventFilter>]>([
    ["entity_type", { entity_type: "BILL" }],
    ["no entity_type", { entity_type: null }],
    ["entity_id", { entity_id: "inv_1" }],
    ["actor_user_id", { actor_user_id: "usr_1" }],
    ["action", { action: "INVOICE_SENT" }],
    ["contact_id", { contact_id: "con_1" }],
    ["payment_status", { payment_status: "paid" }],
    ["visibleEntityTypes", { visibleEntityTypes: ["INVOICE"] }],
    ["since", { since: "2026-05-01T00:00:00.001Z" }],
    ["until", { until: "2026-06-01T00:00:00.000Z" }],
  ])("of another filter: %s", (_, over) => expectRefused(cursor, org, { ...filter, ...over }));

  it("with any bit of its text flipped", () => {
    for (let at = 0; at < cursor.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const flipped = String.fromCharCode(cursor.charCodeAt(at) ^ (1 << bit));
        expectRefused(`${cursor.slice(0, at)}${flipped}${cursor.slice(at + 1)}`);
      }
    }
  });

  it("with any bit of its content flipped", () => {
    const bytes = Buffer.from(cursor, "base64url");
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << bit), at);
        expectRefused(damaged.toString("base64url"));
      }),
    );
  });

  it("truncated at any position", () => {
    for (let length = 0; length < cursor.length; length++) expectRefused(cursor.slice(0, length));
  });

  it.each(["=", "==", "A", " ", "\n", "!", "\u0000", "é"])("followed by %j", (extra) => {
    expectRefused(`${cursor}${extra}`);
    expectRefused(`${extra}${cursor}`);
  });

  it("in the other base64 alphabet", () => {
    const classic = Buffer.from(cursor, "base64url").toString("base64");
    expect(classic).not.toBe(cursor);
    expectRefused(classic);
    expectRefused(cursor.replaceAll("-", "+").replaceAll("_", "/").concat("=="));
  });

  it.each(["", "x", "null", "e30", "A".repeat(10_240), "🧾", "../../etc/passwd", '{"occurred_at":"x"}'])("%j", (text) =>
    expectRefused(text),
  );

  it("of another version", () => {
    const plain = Buffer.from(cursor, "base64url").toString();
    expectRefused(Buffer.from(`2${plain.slice(1)}`).toString("base64url"));
  });

  it("(property) for any other text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => expectRefused(text)));
  });
});
