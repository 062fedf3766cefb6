import { describe, expect, it } from "vitest";
import { encodePosition, parsePosition } from "#shared/events/query/position.ts";

const position = { occurred_at: "2026-05-11T08:30:12.000Z", event_id: "evt_1", entity_id: "inv_1" };
const key = { timeline: "org#inv_1", position: "damaged" };

describe("encodePosition", () => {
  it("returns the form of stored page checkpoints and issued cursors", () => {
    expect(encodePosition(position)).toBe('["2026-05-11T08:30:12.000Z","evt_1","inv_1"]');
    expect(encodePosition({ ...position, key })).toBe(
      '["2026-05-11T08:30:12.000Z","evt_1","inv_1","org#inv_1","damaged"]',
    );
  });
});

describe("parsePosition", () => {
  it.each([position, { ...position, key }])("returns the encoded position", (original) => {
    expect(parsePosition(encodePosition(original))).toEqual(original);
  });

  it.each(["", "null", "{}", "[]", '["a","b"]', '["a","b",1]', '["a","b","c","d"]', '["a","b","c","d","e","f"]'])(
    "returns null for %s",
    (text) => expect(parsePosition(text)).toBeNull(),
  );
});
