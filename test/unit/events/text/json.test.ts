import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDeeperThan, isJsonObject, parseJsonExactly } from "#shared/events/text/json.ts";

describe("parseJsonExactly of numbers", () => {
  it.each([
    "9007199254740993",
    "-9007199254740993",
    "12345678901234567890",
    "0.1234567890123456789",
    "123456789012.34567891",
    "1e400",
    "-1e400",
    "1e-400",
    "1.0000000000000000001",
  ])("rejects %s and names it", (numeral) => {
    expect(() => parseJsonExactly(`{"amount":[${numeral}]}`)).toThrow(RangeError);
    expect(() => parseJsonExactly(`{"amount":[${numeral}]}`)).toThrow(numeral.slice(0, 40));
  });

  it.each([
    "9007199254740992",
    "1.50",
    "0.1",
    "1e3",
    "1E+3",
    "15e-1",
    "0.000001",
    "1e21",
    "5e-324",
    "0e999",
    "-0.50000000000000000",
  ])("keeps %s", (numeral) => expect(parseJsonExactly(`[${numeral}]`)).toEqual([Number(numeral)]));

  it("ignores digits in texts", () => {
    const text = JSON.stringify({ iban: "DE89370400440532013000", "9007199254740993": "1e400" });
    expect(parseJsonExactly(text)).toEqual(JSON.parse(text));
  });

  it("(property) returns the same as JSON.parse for the output of JSON.stringify", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(parseJsonExactly(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("(property) keeps or rejects any numeral, and never changes its value", () => {
    const numeral = fc.stringMatching(/^-?(0|[1-9][0-9]{0,19})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$/);
    fc.assert(
      fc.property(numeral, (text) => {
        try {
          const value = parseJsonExactly(text);
          expect(Number.isFinite(value)).toBe(true);
          expect(isSameDecimal(String(value), text)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect(isSameDecimal(String(Number(text)), text)).toBe(false);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Whether two numerals have the same value, by integer arithmetic. */
function isSameDecimal(left: string, right: string): boolean {
  if (!Number.isFinite(Number(left))) return false;
  const [a, b] = [asRatio(left), asRatio(right)];
  return a.mantissa * 10n ** BigInt(a.exponent + 2_000) === b.mantissa * 10n ** BigInt(b.exponent + 2_000);
}

function asRatio(numeral: string): { mantissa: bigint; exponent: number } {
  const [number = "", exponent = "0"] = numeral.toLowerCase().split("e");
  const [whole = "", fraction = ""] = number.split(".");
  return { mantissa: BigInt(`${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
}

describe("parseJsonExactly of malformed text", () => {
  it.each([
    "",
    "{",
    "{'a':1}",
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":01}',
    '{"a":1,}',
    "\u{feff}{}",
    "undefined",
    '"\u0000"',
  ])("throws for %j", (text) => expect(() => parseJsonExactly(text)).toThrow(SyntaxError));
});

it("parseJsonExactly keeps a key named __proto__ as data", () => {
  for (const number of ["1", "123456789012345"]) {
    const value = parseJsonExactly(`{"__proto__":{"admin":${number}}}`);
    expect(JSON.stringify(value)).toBe(`{"__proto__":{"admin":${number}}}`);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  }
});

describe("parseJsonExactly of duplicate keys", () => {
  it.each([
    '{"a":1,"a":2}',
    '[0,{"b":[],"a":{"x":"a"},"a":1}]',
    '{"a":1,"\\u0061":2}',
    '{"":1,"":2}',
    '{"a\\"":1,"a\\"":1}',
  ])("throws, since one of the values would be lost: %s", (text) =>
    expect(() => parseJsonExactly(text)).toThrow("appears twice"),
  );

  it.each([
    '{"a":{"a":1},"b":{"a":"a"}}',
    '[{"a":1},{"a":1}]',
    '["a","a"]',
    '{"a":["a","a"],"b":"a"}',
    '{"a":",\\"a\\":"}',
  ])("accepts keys that are not duplicates: %s", (text) => expect(parseJsonExactly(text)).toEqual(JSON.parse(text)));
});

it("parseJsonExactly throws with a message when numbers nest too deep", () => {
  const deep = `${"[".repeat(30_000)}1e3${"]".repeat(30_000)}`;
  expect(() => parseJsonExactly(deep)).toThrow("The JSON nests more than 500 levels deep.");
});

describe("isDeeperThan", () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

  it("counts levels of arrays and objects", () => {
    expect(isDeeperThan(1, 0)).toBe(false);
    expect(isDeeperThan([], 0)).toBe(true);
    expect(isDeeperThan({ a: [{}] }, 3)).toBe(false);
    expect(isDeeperThan({ a: [{}] }, 2)).toBe(true);
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (levels, limit) => {
        expect(isDeeperThan(nested(levels), limit)).toBe(levels > limit);
      }),
    );
  });

  it("stops at the limit", () => {
    expect(isDeeperThan(JSON.parse(`${"[".repeat(60_000)}${"]".repeat(60_000)}`), 16)).toBe(true);
  });
});

it("isJsonObject returns true only for objects", () => {
  expect([{}, { a: 1 }].every(isJsonObject)).toBe(true);
  expect([null, [], "", 1, true, undefined].some(isJsonObject)).toBe(false);
});
