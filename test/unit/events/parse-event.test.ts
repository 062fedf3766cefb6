import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventIdFromKey, eventIdFromTime } from "#shared/events/event-id.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEvent, parseEventValue } from "#shared/events/parse-event.ts";
import { anInput, anInputText, testNow } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const reception = { now: testNow, entropy: "message-1" };
const read = (over: Partial<EventInput> = {}) => parseEventValue(anInput(over), reception).event;
const refused = (value: unknown) => catchError(() => parseEventValue(value, reception));

describe("parseEvent", () => {
  it("returns every field, with times in UTC and structured fields as text", () => {
    const draft = parseEvent(
      anInputText({
        event_id: "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300",
        entity_ref: "INV-2026-0042",
        actor_user_id: "usr_xyz",
        actor: { email: "p@acme.in", name: "Priya", on_behalf_of: { user_id: "usr_9" }, type: "agent" },
        changes: { status: { old: "DRAFT", new: "SENT" } },
        metadata: { z: 1, a: [2, { b: null }] },
        occurred_at: "2026-05-11T14:00:12+05:30",
        related: [{ entity_type: "CONTACT", entity_id: "con_1" }],
        text: "Sent",
        information: "more",
        params: { n: 1 },
      }),
      reception,
    );
    expect(draft).toEqual({
      idempotencyKey: null,
      event: {
        event_id: "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300",
        org_id: "org_8f9a1c2d",
        action: "INVOICE_SENT",
        entity_type: "INVOICE",
        entity_id: "inv_8c3f1a9b",
        entity_ref: "INV-2026-0042",
        actor_user_id: "usr_xyz",
        actor: '{"name":"Priya","email":"p@acme.in","type":"agent","on_behalf_of":{"user_id":"usr_9"}}',
        changes: '{"status":{"old":"DRAFT","new":"SENT"}}',
        metadata: '{"z":1,"a":[2,{"b":null}]}',
        occurred_at: "2026-05-11T08:30:12.000Z",
        recorded_at: testNow.toISOString(),
        related: '[{"entity_type":"CONTACT","entity_id":"con_1"}]',
        text: "Sent",
        information: "more",
        params: '{"n":1}',
        contact_id: "con_1",
        payment_status: null,
        notify: null,
      },
    });
  });

  it("sets notify only when the writer sends false", () => {
    expect([{}, { notify: true }, { notify: false }].map((over) => read(over).notify)).toEqual([null, null, "no"]);
  });

  it("returns a complete event for the minimal input", () => {
    const event = read();
    expect(event.metadata).toBe("{}");
    expect([event.actor_user_id, event.changes, event.entity_ref, event.related, event.actor, event.params]).toEqual(
      Array(6).fill(null),
    );
  });

  it("treats null like an absent field", () => {
    const nothing = { entity_ref: null, actor_user_id: null, actor: null, changes: null, text: null, params: null };
    expect(read({ ...nothing, related: [], metadata: {} })).toEqual(read());
  });

  it.each([
    ["INVOICE_PAID", "paid"],
    ["EXPENSE_PAID", "paid"],
    ["BILL_PAID", "paid"],
    ["INVOICE_PARTIALLY_PAID", null],
    ["PAYMENT_CREATED", null],
  ])("sets the payment status of %s: %s", (action, settled) => expect(read({ action }).payment_status).toBe(settled));

  it("sets the contact to the first related contact, or to the entity if it is one", () => {
    expect(read({ entity_type: "CONTACT", entity_id: "con_9", action: "CONTACT_CREATED" }).contact_id).toBe("con_9");
    const related = [
      { entity_type: "PAYMENT", entity_id: "pay_1" },
      { entity_type: "CONTACT", entity_id: "con_1" },
      { entity_type: "CONTACT", entity_id: "con_2" },
    ] as const;
    expect(read({ related: [...related] }).contact_id).toBe("con_1");
    expect(read().contact_id).toBeNull();
  });
});

describe("parseEvent without an event_id", () => {
  it("returns the same id for every repeat of a message", () => {
    expect(read().event_id).toBe(eventIdFromTime("2026-05-11T08:30:12.000Z", "message-1"));
    expect(read()).toEqual(read());
  });

  it("derives the id from the idempotency key if the event has one", () => {
    const draft = parseEventValue(anInput({ idempotency_key: "order 1 #é" }), reception);
    expect(draft.idempotencyKey).toBe("order 1 #é");
    expect(draft.event.event_id).toBe(eventIdFromKey("org_8f9a1c2d", "order 1 #é"));
  });
});

describe("parseEvent of occurred_at", () => {
  it.each(["2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "10000-01-01", "yesterday", "20260511T083012Z", ""])(
    "rejects %j",
    (occurred_at) => {
      expect(refused(anInput({ occurred_at })).message).toMatch(
        /occurred_at must be (an ISO 8601 date|written with separators)/,
      );
    },
  );

  it.each([
    ["2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"],
    ["2026-03-07T24:00:00Z", "2026-03-08T00:00:00.000Z"],
    ["2026-03-01T10:00:00.123456Z", "2026-03-01T10:00:00.123Z"],
  ])("parses %s as %s", (occurred_at, time) => expect(read({ occurred_at }).occurred_at).toBe(time));

  it.each(["0001-01-01T00:00:00Z", "1899-12-31", "2026-06-01T12:05:30.000Z"])("accepts %s", (occurred_at) => {
    expect(read({ occurred_at }).occurred_at).toContain(occurred_at.slice(0, 10));
  });

  it("accepts a time up to five minutes ahead", () => {
    const message = "occurred_at is more than 5 minutes in the future";
    expect(refused(anInput({ occurred_at: "2026-06-01T12:05:30.001Z" })).message).toContain(message);
    expect(refused(anInput({ occurred_at: "9999-12-31T23:59:59.999Z" })).message).toContain(message);
  });
});

it("parseEvent (property) keeps metadata exactly, or rejects text with an unpaired surrogate or U+0000", () => {
  const anything = fc.jsonValue({ maxDepth: 6, stringUnit: "binary" });
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "binary" }), anything), (metadata) => {
      const text = JSON.stringify(metadata);
      const parse = () => parseEvent(anInputText({}, `,"metadata":${text}`), reception).event;
      const isStorable = !/\\u0000|\\ud[89a-f]/.test(text.replaceAll("\\\\", ""));
      if (isStorable) expect(parse().metadata).toBe(text);
      else expect(catchError(parse).message).toContain("metadata must not contain an unpaired surrogate or U+0000");
    }),
  );
});
