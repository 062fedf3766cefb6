import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxDepth } from "#shared/events/limits.ts";
import { isDeeperThan, isJsonObject } from "#shared/events/text/json.ts";
import { isStoredChanges, isStoredObject, isStoredRelated } from "#shared/events/text/stored-json.ts";
import { slowness } from "#test/support/vitest/slowness.ts";

/** Reference implementation: the text is what JSON.stringify writes for its parsed value. */
function isExactObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && JSON.stringify(value) === text && !isDeeperThan(value, maxDepth);
  } catch {
    return false;
  }
}

/** Tokens of JSON, mostly in invalid order. */
const piece = fc.constantFrom(
  ...[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    "{}",
    "[]",
    '{"a":1}',
    '"a":',
    '"b":',
    '"1":',
    '"__proto__":',
    "null",
    "true",
  ],
  ...[
    "1",
    "-0",
    "0",
    "01",
    "1.5",
    "1.50",
    "1e3",
    "1e400",
    "1e+21",
    "9007199254740993",
    "-",
    ".5",
    "NaN",
    "Infinity",
    " ",
    "\n",
  ],
  ...[
    '"\\n"',
    '"\\u0001"',
    '"\\u000a"',
    '"\\ud800"',
    '"\\uD800"',
    '"\\ud83d\\ude00"',
    '"\\/"',
    '"\u0001"',
    '"\ud800"',
    '"é\u2028"',
  ],
);

const hostile = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
  fc.array(piece, { maxLength: 6 }).map((pieces) => `{"a":${pieces.join("")}}`),
  fc.json().map((text) => `{"a":${text}}`),
  fc.json(),
  // A valid text with one changed character.
  fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[],:"\\ 0ae\u0001\ud800')).map(([text, at, character]) =>
    `{"a":${text}}`
      .split("")
      .with(at % (text.length + 6), character)
      .join(""),
  ),
);

const value = fc.jsonValue({ maxDepth: 6 });
const key = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("a", "b", "0", "10", "-1", "__proto__", "old"));
const proper = fc.dictionary(key, value, { maxKeys: 20 }).map((content) => JSON.stringify(content));

describe("isStoredObject", () => {
  it("(property) accepts exactly the output of JSON.stringify", () => {
    fc.assert(
      fc.property(fc.oneof(hostile, proper), (text) => {
        expect(isStoredObject(text)).toBe(isExactObject(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it("(property) accepts any object", () => {
    fc.assert(fc.property(proper, (text) => isStoredObject(text)));
  });

  it.each([
    ["a splice that ends the object", '{}},{"event_id":"evt_forged","action":"INVOICE_PAID","x":{}'],
    ["a second value", '{},"org_id":"other","x":{}'],
    ["a repeated key", '{"a":1,"a":2}'],
    ["a repeated key among many", `{${Array.from({ length: 40 }, (_, n) => `"k${n}":0`).join(",")},"k3":1}`],
    ["nothing", ""],
    ["an array", "[]"],
    ["no object", "null"],
    ["white space", '{"a": 1}'],
    ["a number without an exact double", '{"a":9007199254740993}'],
    ["a key out of order", '{"b":1,"1":2}'],
    ["an escape that ends too early", '{"a":"\\u12'],
    ["17 levels", `${'{"a":'.repeat(16)}{}${"}".repeat(16)}`],
    ["a million levels", "[".repeat(1_000_000)],
  ])("rejects %s", (_, text) => {
    expect(isStoredObject(text)).toBe(false);
  });

  it("accepts at most sixteen levels", () => {
    expect(isStoredObject(`${'{"a":'.repeat(15)}{}${"}".repeat(15)}`)).toBe(true);
  });

  it("checks 400 KB in a few milliseconds, also when every character is invalid", () => {
    const texts = ["\u0001", '"', "{", '{"a":', "\\u0001", '"k":1,'].map((part) =>
      `{"a":"${part.repeat(400_000)}`.slice(0, 400_000),
    );
    const started = performance.now();
    expect(texts.filter(isStoredObject)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(2_000 * slowness());
  });
});

describe("isStoredChanges", () => {
  it("accepts a map of fields to old and new values", () => {
    const change = fc.record({ old: value, new: value });
    fc.assert(fc.property(fc.dictionary(key, change), (content) => isStoredChanges(JSON.stringify(content))));
    expect(isStoredChanges('{"status":{"new":1,"old":[null]}}')).toBe(true);
  });

  it.each([
    "null",
    '{"status":null}',
    '{"status":{"old":1}}',
    '{"status":{"old":1,"old":2}}',
    '{"status":{"old":1,"new":2,"by":3}}',
    '{"status":{"old":1,"new":2}},"x":{"status":{"old":1,"new":2}}',
  ])("rejects %s", (text) => {
    expect(isStoredChanges(text)).toBe(false);
  });
});

describe("isStoredRelated", () => {
  it.each([
    "[]",
    '[{"entity_type":"CONTACT","entity_id":"con_1"}]',
    '[{"entity_type":"CONTACT","entity_id":"a\\"b","entity_ref":null},{"entity_id":"1","entity_type":"OF_LATER","entity_ref":"R\\n1"}]',
  ])("accepts %s", (text) => {
    expect(isStoredRelated(text)).toBe(true);
  });

  it.each([
    "{}",
    "[null]",
    '[{"entity_type":"CONTACT"}]',
    '[{"entity_id":"con_1"}]',
    '[{"entity_type":"CONTACT","entity_id":""}]',
    '[{"entity_type":"CONTACT","entity_id":1}]',
    '[{"entity_type":"CONTACT","entity_id":"\\ud800"}]',
    '[{"entity_type":"CONTACT","entity_id":"\\u0001"}]',
    '[{"entity_type":"CONTACT","entity_id":"con_1","other":"x"}]',
    `[{"entity_type":"CONTACT","entity_id":"${"x".repeat(257)}"}]`,
    `[${Array.from({ length: 51 }, () => '{"entity_type":"CONTACT","entity_id":"con_1"}').join(",")}]`,
  ])("rejects %s", (text) => {
    expect(isStoredRelated(text)).toBe(false);
  });
});
