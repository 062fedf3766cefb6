import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entityTypes } from "#shared/events/entity-types.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { maxDepth, maxEventBytes } from "#shared/events/limits.ts";
import { parseEvent, parseEventValue } from "#shared/events/parse-event.ts";
import { anInput, anInputText, testNow } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const reception = { now: testNow, entropy: "message-1" };
const read = (over: Partial<EventInput> = {}) => parseEventValue(anInput(over), reception).event;
const refused = (value: unknown) => catchError(() => parseEventValue(value, reception));
const refusedText = (text: string) => catchError(() => parseEvent(text, reception));

describe("parseEvent by the limits", () => {
  const long = (length: number) => "x".repeat(length);
  const limits: readonly [string, (length: number) => Partial<EventInput>, number][] = [
    ["idempotency_key", (length) => ({ idempotency_key: long(length) }), 255],
    ["entity_id", (length) => ({ entity_id: long(length) }), 256],
    ["entity_ref", (length) => ({ entity_ref: long(length) }), 256],
    ["actor_user_id", (length) => ({ actor_user_id: long(length) }), 256],
    ["actor.name", (length) => ({ actor: { name: long(length) } }), 256],
    ["actor.email", (length) => ({ actor: { email: long(length) } }), 320],
    ["actor.on_behalf_of.user_id", (length) => ({ actor: { on_behalf_of: { user_id: long(length) } } }), 256],
    ["actor.avatar_url", (length) => ({ actor: { avatar_url: `https://${long(length - 8)}` } }), 2048],
    ["text", (length) => ({ text: long(length) }), 4096],
    ["information", (length) => ({ information: long(length) }), 4096],
    ["org_id", (length) => ({ org_id: long(length) }), 64],
    ["action", (length) => ({ action: `A_${"B".repeat(length - 2)}` }), 64],
    ["related", (length) => ({ related: Array(length).fill({ entity_type: "ITEM", entity_id: "i" }) }), 50],
  ];

  it.each(limits)("limits the length of %s", (field, over, max) => {
    expect(() => read(over(max))).not.toThrow();
    const error = refused(anInput(over(max + 1)));
    expect(error.code).toBe("invalid_value");
    expect(error.message).toContain(field);
  });

  it.each(["idempotency_key", "entity_id", "actor_user_id", "org_id", "action"])("rejects an empty %s", (field) => {
    expect(refused({ ...anInput(), [field]: "" }).message).toContain(field);
  });

  it("accepts sixteen levels of nesting", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) });
    for (const field of ["metadata", "params"]) {
      expect(() => parseEventValue({ ...anInput(), [field]: nested(maxDepth) }, reception)).not.toThrow();
      const { message } = refused({ ...anInput(), [field]: nested(maxDepth + 1) });
      expect(message).toContain(`${field} must nest at most 16 levels deep`);
    }
    const changed = { status: { old: nested(maxDepth - 1), new: null } };
    expect(refused({ ...anInput(), changes: changed }).message).toContain("changes must nest");
  });

  it("accepts 64 KB of UTF-8", () => {
    const filled = (bytes: number, character: string) => {
      const room = bytes - Buffer.byteLength(anInputText({ metadata: { a: "" } }));
      return anInputText({ metadata: { a: character.repeat(Math.floor(room / Buffer.byteLength(character))) } });
    };
    expect(() => parseEvent(filled(maxEventBytes, "x"), reception)).not.toThrow();
    expect(refusedText(`${filled(maxEventBytes, "x")} `)).toMatchObject({
      code: "too_large",
      message: "The event has 65537 bytes; the limit is 65536.",
    });
    expect(() => parseEvent(filled(maxEventBytes, "é"), reception)).not.toThrow();
    expect(refusedText(filled(maxEventBytes + 2, "é")).code).toBe("too_large");
  });
});

describe("parseEvent of ids", () => {
  it.each(["inv#1", "a/b", "a b", "../x", "счёт-1", "請求書", "🧾", "עברית", "%00", "a|b", "é", "é"])(
    "keeps %j",
    (id) => {
      const event = read({ entity_id: id, actor_user_id: id });
      expect([event.entity_id, event.actor_user_id]).toEqual([id, id]);
    },
  );

  it.each([
    ...["\u0000", "a\nb", "\u007f", "\u0085", "\ud800", "x\udc00", "a\u2028b"],
    ...["ok\u202egnp", "\u200finv", "a\u2066b", "inv\u200b1", "inv\u200d1", "\ufeffinv", "inv\u00ad1", "inv\u{e0041}"],
  ])("rejects %j", (id) => {
    expect(refused(anInput({ entity_id: id })).message).toContain(
      "entity_id must not contain control or invisible characters",
    );
    expect(refused(anInput({ actor_user_id: id })).code).toBe("invalid_value");
    expect(refused(anInput({ idempotency_key: id })).code).toBe("invalid_value");
  });

  it.each(["org 1", "org#1", "-org", "örg", "org/1"])("rejects the organisation %j", (org_id) => {
    expect(refused(anInput({ org_id })).message).toContain("org_id must be letters");
  });

  it.each(["evt_1", "3d1a80e05d5b3a3dac8c7c12a5c0b300", "evt_3D1A80E05D5B3A3DAC8C7C12A5C0B300"])(
    "rejects the event id %j",
    (event_id) => expect(refused(anInput({ event_id })).message).toContain("event_id must be evt_"),
  );
});

it.each(["invoice_sent", "INVOICE", "INVOICE_", "_SENT", "INVOICE__SENT", "INVOICE SENT", "1_A", "ÄNDERUNG_A"])(
  "parseEvent rejects the action %j",
  (action) =>
    expect(refused(anInput({ action })).message).toContain(
      "action must be words in upper case joined by _, such as INVOICE_SENT",
    ),
);

it("parseEvent names the valid entity types when it rejects another", () => {
  const { message } = refused({ ...anInput(), entity_type: "FOO" });
  expect(message).toContain(`entity_type must be one of ${entityTypes.join(", ")}`);
});

describe("parseEvent of text", () => {
  it("keeps control and astral characters of free text", () => {
    expect(read({ text: "line\nnext\u0007 🧾 \u202e" }).text).toBe("line\nnext\u0007 🧾 \u202e");
  });

  const unstorable = ["\u0000", "\ud83e", "a\udc00b"];
  const locations: [string, (text: string) => Partial<EventInput>][] = [
    ["text", (text) => ({ text })],
    ["information", (information) => ({ information })],
    ["entity_ref", (entity_ref) => ({ entity_ref })],
    ["actor.name", (name) => ({ actor: { name } })],
    ["related.0.entity_ref", (entity_ref) => ({ related: [{ entity_type: "BILL", entity_id: "b", entity_ref }] })],
    ["metadata", (text) => ({ metadata: { a: [1, { b: text }] } })],
    ["metadata", (text) => ({ metadata: { a: [{ [text]: 1 }] } })],
    ["params", (text) => ({ params: { [text]: null } })],
    ["changes", (text) => ({ changes: { total: { old: { deep: [text] }, new: 1 } } })],
    ["changes", (text) => ({ changes: { [text]: { old: null, new: 1 } } })],
  ];

  it.each(locations)(
    "rejects an unpaired surrogate and U+0000 in %s, as a value and as JSON text",
    (location, input) => {
      for (const text of unstorable) {
        const message = `${location} must not contain an unpaired surrogate or U+0000`;
        expect(refused(anInput(input(text))).message).toContain(message);
        expect(refusedText(JSON.stringify(anInput(input(text)))).message).toContain(message);
      }
    },
  );

  it("rejects them in keys at any depth, and keeps surrogate pairs", () => {
    const nest = (value: unknown) => Array.from({ length: 15 }).reduce((inner) => ({ inner }), value);
    expect(refused(anInput({ params: { a: nest("\ud800") } })).message).toContain(
      "params must not contain an unpaired",
    );
    expect(read({ metadata: { "🧾": "\ud83e\uddfe" } }).metadata).toBe('{"🧾":"🧾"}');
  });
});

it("parseEvent rejects an avatar_url that is not https, because clients use it as src and href", () => {
  for (const avatar_url of ["javascript:alert(1)", "http://a.example/1", "data:text/html,x", "/1.png", "https://"]) {
    expect(refused(anInput({ actor: { avatar_url } })).message).toContain("actor.avatar_url must be an https URL");
  }
  expect(read({ actor: { avatar_url: "https://a.example/1" } }).actor).toBe('{"avatar_url":"https://a.example/1"}');
});

describe("parseEvent of the structure", () => {
  it.each([null, [], "x", 5, true, undefined])("rejects %j as an event", (value) => {
    expect(refused(value).message).toBe("Invalid event: the event must be of type object.");
  });

  it("names every issue of an empty event", () => {
    const { message } = refused({});
    for (const field of ["org_id", "action", "entity_type", "entity_id", "occurred_at"]) {
      expect(message).toContain(`${field} must be`);
    }
  });

  it.each([
    ["changes", [], "changes must be an object"],
    ["changes", { a: 1 }, "changes must map each field to {old, new}"],
    ["changes", { a: { old: 1 } }, "changes must map each field to {old, new}"],
    ["changes", { a: { old: 1, new: 2, by: 3 } }, "changes must map each field to {old, new}"],
    ["metadata", null, "metadata must be an object"],
    ["metadata", [], "metadata must be an object"],
    ["params", "x", "params must be an object"],
    ["actor", { name: 1 }, "actor.name must be of type"],
    ["actor", { type: "robot" }, "actor.type must be"],
    ["actor", { on_behalf_of: { name: "Anna" } }, "actor.on_behalf_of.user_id"],
    ["actor", { on_behalf_of: { user_id: "usr_9", email: "a@b.be" } }, "actor.on_behalf_of"],
    ["related", [{ entity_type: "ITEM" }], "related.0.entity_id must be present, of type string"],
    ["entity_id", 5, "entity_id must be of type string"],
    ["colour", "red", "the event has the unknown field 'colour'"],
  ])("rejects %s %j", (field, value, message) => {
    expect(refused({ ...anInput(), [field]: value }).message).toContain(message);
  });

  it("keeps a change of a thousand fields", () => {
    const changes = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`f${at}`, { old: at, new: null }]));
    expect(JSON.parse(read({ changes }).changes ?? "")).toEqual(changes);
  });

  it("keeps keys named like members of a prototype", () => {
    const { event } = parseEvent(
      anInputText({}, ',"metadata":{"__proto__":{"a":1},"constructor":2,"toString":3}'),
      reception,
    );
    expect(event.metadata).toBe('{"__proto__":{"a":1},"constructor":2,"toString":3}');
  });

  it("rejects __proto__ among known fields", () => {
    const unknown = "has the unknown field '__proto__'";
    expect(refusedText(anInputText({}, ',"__proto__":{"org_id":"org_other"}')).message).toContain(unknown);
    expect(refusedText(anInputText({}, ',"actor":{"__proto__":{"name":"x"}}')).message).toContain(unknown);
  });
});

describe("parseEvent of text that is not exact JSON", () => {
  it.each(["", "{", "not json", '{"metadata":{"a":NaN}}', "\u{feff}{}", "\u0000", "{}{}"])("rejects %j", (text) => {
    expect(refusedText(text)).toMatchObject({ code: "invalid_value" });
    expect(refusedText(text).message).toContain("The event is not valid JSON");
  });

  it.each(["1e400", "9007199254740993", "0.1234567890123456789"])("rejects the number %s", (number) => {
    expect(refusedText(anInputText({}, `,"metadata":{"amount":${number}}`))).toMatchObject({
      code: "invalid_value",
      message: `The number ${number} cannot be stored exactly. Send it as a string.`,
    });
  });

  it("rejects thirty thousand levels of nesting with a message", () => {
    const deep = (inner: string) => `,"metadata":{"a":${"[".repeat(30_000)}${inner}${"]".repeat(30_000)}}`;
    expect(refusedText(anInputText({}, deep(""))).message).toContain("metadata must nest at most 16 levels deep");
    expect(refusedText(anInputText({}, deep("1e3"))).message).toContain("levels deep");
  });

  it("rejects a duplicate key", () => {
    const error = catchError(() => parseEvent(anInputText({}, ',"entity_id":"inv_last"'), reception));
    expect(error.message).toBe("The key 'entity_id' appears twice in one object. Send it once.");
  });

  it("rejects an event whose numbers, written out, exceed 64 KB", () => {
    const numbers = `,"metadata":{"n":[${Array(13_000).fill("1e20").join(",")}]}`;
    expect(catchError(() => parseEvent(anInputText({}, numbers), reception)).code).toBe("too_large");
  });

  it("rejects an event with both an id and an idempotency key", () => {
    const input = anInput({ event_id: "evt_00000000000000000000000000000001", idempotency_key: "k" });
    expect(catchError(() => parseEventValue(input, reception)).message).toContain("not both");
  });
});

it("parseEvent (property) returns an event or throws an ActivityError for any JSON", () => {
  const mutated = fc.tuple(
    fc.constantFrom(...Object.keys(anInput()), "metadata", "changes", "related", "actor", "x", "__proto__"),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(mutated, ([field, value]) => {
      const text = anInputText({}, `,${JSON.stringify(field)}:${JSON.stringify(value)}`);
      try {
        parseEvent(text, reception);
      } catch (error) {
        expect(error).toMatchObject({ name: "ActivityError", code: "invalid_value" });
      }
    }),
    { numRuns: 500 },
  );
});
