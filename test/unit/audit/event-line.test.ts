import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatEventLine, toEventLine } from "#shared/audit/event-line.ts";
import { type ActivityEvent, type JsonText, toJsonText } from "#shared/events/event.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { anEvent, testNow } from "#test/support/builders.ts";
import { instantArbitrary, storedEventArbitrary, zones } from "#test/support/events/event-arbitraries.ts";

const stored = new Date("2026-06-01T12:00:29.000Z");

const recorded = { stored, sequenceNumber: "seq-1", recordId: "rec_1", unlistedShard: null };

const lineOf = (event: ActivityEvent, zone = "UTC") =>
  toEventLine(event, getZoneClock(zone), { ...recorded, now: testNow });

/** Returns the audit line of an event with these fields, as in the log. */
const written = (over: Partial<ActivityEvent> = {}, zone?: string): Record<string, unknown> =>
  JSON.parse(formatEventLine(lineOf(anEvent(over), zone)));

type Structured = Partial<Record<"actor" | "changes" | "metadata" | "related" | "params", string>>;

/** Returns an event with exactly these texts as structured fields. */
function withTexts(texts: Structured, event = anEvent()): ActivityEvent {
  const parts: Partial<Record<keyof Structured, JsonText>> = {};
  for (const name of ["actor", "changes", "metadata", "related", "params"] as const) {
    const text = texts[name];
    if (text !== undefined && isJson(text)) parts[name] = text;
  }
  return { ...event, ...parts };
}

function isJson(text: string): text is JsonText {
  JSON.parse(text);
  return true;
}

const changed = (...fields: string[]) =>
  toJsonText(Object.fromEntries(fields.map((field) => [field, { old: 1, new: 2 }])));
const toStatus = (status: unknown, ...others: string[]) =>
  toJsonText({
    ...Object.fromEntries(others.map((field) => [field, { old: 1, new: 2 }])),
    status: { old: "X", new: status },
  });

describe("toEventLine", () => {
  it("has notify only when no webhook was sent", () => {
    expect(written({ notify: "no" }).notify).toBe("no");
    expect(written()).not.toHaveProperty("notify");
  });

  it("has the event's fields and those derived from them", () => {
    const event = anEvent({
      actor: toJsonText({ name: "Ève", type: "user", on_behalf_of: { user_id: "usr_9", name: "Anna" } }),
      related: toJsonText([{ entity_type: "CONTACT", entity_id: "con_1" }]),
      params: toJsonText({ a: 1 }),
      text: "Invoice sent",
      information: "By e-mail",
      contact_id: "con_1",
      recorded_at: "2026-05-11T09:30:13.600Z",
    });
    expect(JSON.parse(formatEventLine(lineOf(event)))).toEqual({
      time: stored.toISOString(),
      message: "event",
      record_id: "rec_1",
      event_id: event.event_id,
      org_id: event.org_id,
      action: "INVOICE_SENT",
      verb: "SENT",
      entity_type: "INVOICE",
      entity_id: "inv_8c3f1a9b",
      entity_ref: "INV-2026-0042",
      actor_user_id: "usr_xyz",
      actor_name: "Ève",
      actor_type: "user",
      on_behalf_of_user_id: "usr_9",
      on_behalf_of_name: "Anna",
      source: "PUBLIC_API",
      occurred_at: "2026-05-11T08:30:12.000Z",
      recorded_at: "2026-05-11T09:30:13.600Z",
      late_seconds: (stored.getTime() - Date.parse("2026-05-11T08:30:12.000Z")) / 1_000,
      lag_ms: testNow.getTime() - stored.getTime(),
      clock_skew_seconds: Math.round((Date.parse("2026-05-11T09:30:13.600Z") - stored.getTime()) / 1_000),
      occurred_local: "2026-05-11T08:30:12",
      occurred_hour: 8,
      occurred_weekday: 1,
      occurred_slot: "2026-05-11T08:30:00.000Z",
      changed_fields: "status",
      changed_values: '{"status":{"old":"DRAFT","new":"SENT"}}',
      new_status: "SENT",
      contact_id: "con_1",
      sequence_number: "seq-1",
      text: "Invoice sent",
      information: "By e-mail",
      actor: { name: "Ève", type: "user", on_behalf_of: { user_id: "usr_9", name: "Anna" } },
      related: [{ entity_type: "CONTACT", entity_id: "con_1" }],
      changes: { status: { old: "DRAFT", new: "SENT" } },
      params: { a: 1 },
      metadata: { source: "PUBLIC_API" },
    });
  });

  it("omits fields without a value", () => {
    const line = written({ entity_ref: null, actor_user_id: null, changes: null, recorded_at: stored.toISOString() });
    expect(Object.keys(line)).toEqual([
      ...["time", "message", "record_id", "event_id", "org_id", "action", "verb", "entity_type", "entity_id", "source"],
      ...["occurred_at", "recorded_at", "late_seconds", "lag_ms", "occurred_local", "occurred_hour"],
      ...["occurred_weekday", "occurred_slot", "sequence_number", "metadata"],
    ]);
  });

  it.each([
    ["INVOICE", "INVOICE_SENT", "SENT"],
    ["CREDIT_NOTE", "CREDIT_NOTE_STATUS_CHANGED", "STATUS_CHANGED"],
    ["INVOICE", "EMAIL_SENT", "EMAIL_SENT"],
  ] as const)("of %s and %s has the verb %s", (entity_type, action, verb) => {
    expect(written({ entity_type, action })).toMatchObject({ action, verb });
  });

  it.each([
    ["2026-06-01T12:00:29.000Z", 0],
    ["2026-06-01T12:00:28.500Z", 1],
    ["2026-05-31T12:00:29.000Z", 86_400],
    ["2026-06-01T12:00:29.999Z", 0],
    ["2026-06-01T12:05:00.000Z", 0],
  ])("of an event at %s is %d seconds late by the table's time", (occurred_at, late_seconds) => {
    expect(written({ occurred_at })).toMatchObject({ late_seconds });
  });

  it("computes the delay independently of the writer's clock, and reports a skew of more than 5 minutes", () => {
    const offset = fc.oneof(fc.integer({ min: -301_000, max: 301_000 }), fc.integer({ min: -1e11, max: 1e11 }));
    fc.assert(
      fc.property(offset, fc.integer({ min: 0, max: 1e8 }), (offsetMs, lateSeconds) => {
        const occurred_at = new Date(stored.getTime() - lateSeconds * 1_000).toISOString();
        const recorded_at = new Date(stored.getTime() + offsetMs).toISOString();
        const line = lineOf(anEvent({ occurred_at, recorded_at }));
        expect(line).toMatchObject({ recorded_at, late_seconds: lateSeconds, time: stored.toISOString() });
        expect(line.lag_ms).toBe(testNow.getTime() - stored.getTime());
        const skewSeconds = Math.abs(offsetMs) > 300_000 ? Math.round(offsetMs / 1_000) : undefined;
        expect(line.clock_skew_seconds).toBe(skewSeconds);
      }),
    );
  });

  it.each([
    ["2026-06-01T12:10:29.000Z", undefined],
    ["2026-06-01T12:10:29.001Z", 600],
    ["2026-06-11T12:00:29.000Z", 864_000],
    ["1999-01-01T00:00:00.000Z", undefined],
  ])("reports an occurred_at that is too far ahead: %s is %s", (occurred_at, clock_skew_seconds) => {
    const event = anEvent({ occurred_at, recorded_at: stored.toISOString() });
    expect(lineOf(event)).toMatchObject({ clock_skew_seconds });
  });

  it("has no negative lag when the function's clock is behind the table's", () => {
    const early = { ...recorded, now: new Date(stored.getTime() - 40) };
    expect(toEventLine(anEvent(), getZoneClock("UTC"), early).lag_ms).toBe(0);
  });

  it.each([
    [toJsonText({ source: "PUBLIC_API", ip: "127.0.0.1" }), "PUBLIC_API"],
    [toJsonText({ source: "" }), ""],
    [toJsonText({ source: 5 }), "unknown"],
    [toJsonText({ source: null }), "unknown"],
    [toJsonText({}), "unknown"],
    [toJsonText(["source"]), "unknown"],
  ])("with the metadata %s has the source %j", (metadata, source) =>
    expect(written({ metadata })).toMatchObject({ source }),
  );
});

describe("local times of toEventLine", () => {
  it.each([
    ["Asia/Kolkata", "2026-05-10T18:29:59.999Z", "2026-05-10T23:59:59", 23, 7],
    ["Asia/Kolkata", "2026-05-10T18:30:00.000Z", "2026-05-11T00:00:00", 0, 1],
    ["Asia/Kolkata", "2026-05-11T01:29:00.000Z", "2026-05-11T06:59:00", 6, 1],
    ["America/New_York", "2026-05-11T03:30:00.000Z", "2026-05-10T23:30:00", 23, 7],
    ["Asia/Kathmandu", "2026-05-15T18:15:00.000Z", "2026-05-16T00:00:00", 0, 6],
    ["Europe/Brussels", "2026-03-29T01:00:00.000Z", "2026-03-29T03:00:00", 3, 7],
    ["UTC", "2026-05-13T12:00:00.000Z", "2026-05-13T12:00:00", 12, 3],
    ["UTC", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00", 0, 1],
  ])("in %s at %s are %s", (zone, occurred_at, occurred_local, occurred_hour, occurred_weekday) => {
    expect(written({ occurred_at }, zone)).toMatchObject({
      occurred_at,
      occurred_local,
      occurred_hour,
      occurred_weekday,
    });
  });

  it.each([
    ["2026-05-11T08:30:00.000Z", "2026-05-11T08:30:00.000Z"],
    ["2026-05-11T08:39:59.999Z", "2026-05-11T08:30:00.000Z"],
    ["2026-05-11T08:40:00.000Z", "2026-05-11T08:40:00.000Z"],
    ["1969-12-31T23:59:59.999Z", "1969-12-31T23:50:00.000Z"],
  ])("of %s have the ten minutes from %s in any zone", (occurred_at, occurred_slot) => {
    for (const zone of zones) expect(written({ occurred_at }, zone)).toMatchObject({ occurred_slot });
  });

  it("(property) agree with the system's calendar", () => {
    const shownBySystem = (timeZone: string, instant: number) => {
      const options = { timeZone, weekday: "short", hour: "2-digit", hourCycle: "h23" } as const;
      const parts = new Intl.DateTimeFormat("en-GB", options).formatToParts(instant);
      const part = (name: string) => parts.find(({ type }) => type === name)?.value ?? "";
      return [Number(part("hour")), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(part("weekday")) + 1];
    };
    fc.assert(
      fc.property(fc.constantFrom(...zones), instantArbitrary, (zone, instant) => {
        const line = lineOf(anEvent({ occurred_at: new Date(instant).toISOString() }), zone);
        expect([line.occurred_hour, line.occurred_weekday]).toEqual(shownBySystem(zone, instant));
        expect(line.occurred_local.slice(11, 13)).toBe(String(line.occurred_hour).padStart(2, "0"));
        const into = instant - Date.parse(line.occurred_slot);
        expect(into >= 0 && into < 600_000 && Date.parse(line.occurred_slot) % 600_000 === 0).toBe(true);
      }),
    );
  });
});

describe("changes of toEventLine", () => {
  it("are the changed fields in the writer's order, and the new status", () => {
    expect(written({ changes: toStatus("SENT", "total", "due_on") })).toMatchObject({
      changed_fields: "total,due_on,status",
      new_status: "SENT",
    });
  });

  it.each([
    ["nothing", null],
    ["no field", toJsonText({})],
  ])("are %s", (_, changes) => {
    const line = written({ changes });
    for (const absent of ["changed_fields", "changed_values", "new_status", "edited_ms", "edit"])
      expect(line).not.toHaveProperty(absent);
  });

  it.each([null, 5, true, ["PAID"], { value: "PAID" }])(
    "have no new status when it is %j, which is not text",
    (status) => {
      const line = written({ changes: toStatus(status) });
      expect(line).toMatchObject({ changed_fields: "status" });
      for (const absent of ["new_status", "closed_ms", "edited_ms"]) expect(line).not.toHaveProperty(absent);
    },
  );
});

describe("toEventLine of an event that", () => {
  const occurred = Date.parse(anEvent().occurred_at);
  const moments = (over: Partial<ActivityEvent>) => {
    const { closed_ms, edited_ms } = lineOf(anEvent(over));
    return { closed_ms, edited_ms };
  };
  const closes = { closed_ms: occurred, edited_ms: undefined };
  const edits = { closed_ms: undefined, edited_ms: occurred };
  const neither = { closed_ms: undefined, edited_ms: undefined };

  it.each<[string, Partial<ActivityEvent>]>([
    ["says that an invoice was paid", { action: "INVOICE_PAID", changes: null }],
    ["is settled, by whatever name", { action: "INVOICE_PAID_ONLINE", changes: null, payment_status: "paid" }],
    ["says that a bill was approved", { action: "BILL_APPROVED", entity_type: "BILL", changes: null }],
    ["has PAID for its new status", { action: "INVOICE_STATUS_CHANGED", changes: toStatus("PAID") }],
    ["has APPROVED for its new status", { action: "INVOICE_UPDATED", changes: toStatus("APPROVED") }],
    ["pays and changes something else", { action: "INVOICE_PAID", changes: toStatus("PAID", "paid_amount") }],
  ])("%s closes the entity and is no edit", (_, over) => expect(moments(over)).toEqual(closes));

  it.each<[string, Partial<ActivityEvent>]>([
    ["says so, without changes", { action: "INVOICE_UPDATED", changes: null }],
    ["says so, with the status alone", { action: "INVOICE_UPDATED", changes: toStatus("SENT") }],
    ["changes a field", { action: "INVOICE_UPDATED", changes: changed("total") }],
    ["changes a field, by whatever name", { action: "INVOICE_TOUCHED", changes: changed("total") }],
    ["changes a field beside the status", { action: "INVOICE_SENT", changes: toStatus("SENT", "total") }],
  ])("%s edits the entity", (_, over) => expect(moments(over)).toEqual(edits));

  it.each<[string, Partial<ActivityEvent>]>([
    ["changes the status alone", { action: "INVOICE_SENT", changes: toStatus("SENT") }],
    ["changes nothing", { action: "INVOICE_VIEWED", changes: null }],
    ["was paid before", { action: "INVOICE_VOIDED", changes: toJsonText({ status: { old: "PAID", new: "VOID" } }) }],
    ["names another document's payment", { action: "PAYMENT_PAID", changes: null }],
  ])("%s neither closes nor edits", (_, over) => expect(moments(over)).toEqual(neither));
});

describe("edit of toEventLine", () => {
  const edit = (over: Partial<ActivityEvent>) => lineOf(anEvent({ action: "INVOICE_UPDATED", ...over })).edit;
  const changes = toJsonText({ due_date: { old: "2026-03-01", new: null }, total: { old: 1, new: { a: [2] } } });

  it("has when, by whom and from what to what in one text", () => {
    const when = anEvent().occurred_at;
    expect(edit({ changes })).toBe(`${when} usr_xyz: due_date "2026-03-01" → null; total 1 → {"a":[2]}`);
    expect(edit({ changes: null, actor: toJsonText({ name: "Anna" }) })).toBe(`${when} Anna (usr_xyz): `);
    expect(edit({ changes: null, actor_user_id: null })).toBe(`${when} system: `);
    const actor = toJsonText({ name: "Support", on_behalf_of: { user_id: "usr_9", name: "Anna" } });
    expect(edit({ changes: null, actor })).toBe(`${when} Anna (by Support) (usr_xyz): `);
  });

  it("is absent for other events", () =>
    expect(lineOf(anEvent({ action: "INVOICE_PAID", changes })).edit).toBeUndefined());

  it("is bounded for any number of changes", () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, n) => [`field_${n}`, { old: n, new: "x".repeat(200) }]),
    );
    expect(edit({ changes: toJsonText(many) })).toMatch(
      /^2026-05-11T08:30:12\.000Z usr_xyz: field_0 0 → "x{98}….* … cut, \d+ bytes, sha256 [0-9a-f]{64}$/,
    );
  });
});

describe("formatEventLine", () => {
  it.each([
    '{"total":{"old":1.0,"new":1e2}}',
    '{"b":{"old":1.50,"new":-0.0},"a":{"old":1E+2,"new":12345678901234567890.0001}}',
    '{"10":{"old":1,"new":2},"2":{"old":1,"new":2}}',
    '{ "spaced" : {"old" : null , "new" : [ ] } }',
    '{"\\u0061":{"old":"\\u00e9","new":"é"},"\\/":{"old":"\\ud83d\\ude00","new":"😀"}}',
    '{"org_id":{"old":1,"new":2},"metadata":{"old":"}","new":",\\"message\\":\\"tamper\\""}}',
    '{"__proto__":{"old":1,"new":2},"constructor":{"old":1,"new":2}}',
  ])("keeps the changes %s digit for digit", (changes) => {
    const text = formatEventLine(lineOf(withTexts({ changes })));
    expect(text).toContain(`,"changes":${changes},"metadata":`);
    const line: Record<string, unknown> = JSON.parse(text);
    expect(line.changes).toEqual(JSON.parse(changes));
    expect(line).toMatchObject({ message: "event", org_id: "org_8f9a1c2d", metadata: { source: "PUBLIC_API" } });
  });

  const names = fc.constantFrom(
    "a",
    "A",
    "message",
    "org_id",
    "time",
    "changes",
    "10",
    "2",
    "__proto__",
    "é",
    "\\u0061b",
  );
  const numerals = fc.constantFrom("1.0", "1e2", "1E+2", "-0", "0.10", "12345678901234567890", "1.50e-7");
  const value = fc.oneof(
    numerals,
    fc.json({ maxDepth: 2 }),
    fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
  );
  const object = fc
    .uniqueArray(fc.tuple(names, value), { selector: ([name]) => name, maxLength: 6 })
    .map((members) => `{${members.map(([name, json]) => `"${name}":${json}`).join(",")}}`);

  it("(property) returns JSON with each structured field as its writer wrote it", () => {
    const texts = fc.record({ changes: object, metadata: object, params: object }, { requiredKeys: [] });
    fc.assert(
      fc.property(storedEventArbitrary, texts, fc.constantFrom(...zones), (event, parts, zone) => {
        const line = lineOf(withTexts(parts, event), zone);
        const text = formatEventLine(line);
        const { actor, related, changes, params, metadata, ...plain } = line;
        const structured = Object.entries({ actor, related, changes, params, metadata });
        const there = structured.flatMap(([name, json]) => (json === undefined ? [] : [[name, json] as const]));
        for (const [name, json] of there) expect(text.includes(`,"${name}":${json}`)).toBe(true);
        const values = Object.fromEntries(there.map(([name, json]) => [name, JSON.parse(json)]));
        const present = Object.entries(plain).filter(([, value]) => value !== undefined);
        expect(JSON.parse(text)).toEqual({ ...Object.fromEntries(present), ...values });
        expect(text).not.toContain("\n");
        expect({ ...line, ...parts }).toEqual(line);
      }),
      { numRuns: 500 },
    );
  });
});
