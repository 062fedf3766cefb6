import { describe, expect, it } from "vitest";
import { parseJson } from "#shared/platform/json.ts";

describe("parseJson", () => {
  it.each([
    ["null", null],
    ['{"a":[1]}', { a: [1] }],
    [' "text" ', "text"],
    ["0", 0],
  ])("returns the value of %s", (text, value) => expect(parseJson(text)).toEqual(value));

  it.each(["", "{", "undefined", "{'a':1}", "1 2"])("returns undefined for %j", (text) =>
    expect(parseJson(text)).toBeUndefined(),
  );
});
