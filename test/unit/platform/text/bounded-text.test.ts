import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limitLine, maxLineBytes } from "#shared/audit/limit-line.ts";
import { boundText } from "#shared/platform/text/bounded-text.ts";

const jsonBytes = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2;

describe("boundText", () => {
  it("returns a text within the limit unchanged, and else a well-formed beginning with size and digest", () => {
    const unit = fc.constantFrom("a", "\u0001", '"', "é", "発", "😀", "\ud800", "\\");
    const some = fc.tuple(fc.string({ unit, maxLength: 40 }), fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(some, fc.integer({ min: 200, max: 3_000 }), ([part, times], maxBytes) => {
        const text = part.repeat(times);
        const shown = boundText(text, maxBytes);
        expect(jsonBytes(shown)).toBeLessThanOrEqual(maxBytes);
        if (jsonBytes(text) <= maxBytes) expect(shown).toBe(text);
        else expect(shown).toMatch(/ … cut, \d+ bytes, sha256 [0-9a-f]{64}$/);
        if (jsonBytes(text) > maxBytes) expect(shown.isWellFormed()).toBe(true);
      }),
    );
  });

  it("returns different texts for two with the same beginning", () => {
    const long = "x".repeat(5_000);
    expect(boundText(`${long}a`, 2_048)).not.toBe(boundText(`${long}b`, 2_048));
  });
});

describe("limitLine", () => {
  it.each(["tamper", "event", "delivery"])("replaces a too long %s line by a short one of the same kind", (message) => {
    const line = { message, org_id: "org_a", lag_ms: 5, entity_id: "\u0001".repeat(400_000), params: { a: "x" } };
    const text = limitLine(line, JSON.stringify(line));
    expect(Buffer.byteLength(text)).toBeLessThan(8_192);
    expect(JSON.parse(text)).toEqual({
      ...{ message, org_id: "org_a", lag_ms: 5 },
      entity_id: expect.stringMatching(/ … cut, 400000 bytes, sha256 /),
      oversize: expect.stringMatching(/^2400\d\d\d? bytes, sha256 [0-9a-f]{64}$/),
    });
  });

  it("returns a line within the limit unchanged, to the byte", () => {
    for (const unit of ["x", "é"]) {
      const text = unit.repeat(Math.floor(maxLineBytes / Buffer.byteLength(unit)));
      expect(limitLine({ message: "event" }, text) === text).toBe(true);
      expect(limitLine({ message: "event" }, `${text}${unit}`) === `${text}${unit}`).toBe(false);
    }
  });
});
