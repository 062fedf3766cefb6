import { describe, expect, it } from "vitest";
import { parseTimeInterval } from "#shared/platform/time/time-range.ts";
import { description } from "#test/support/api/api-description.ts";

describe.each(["Since", "Until", "FakturoidSince"] as const)("OpenAPI pattern of %s", (name) => {
  const form = new RegExp(description.components.parameters[name]?.schema.pattern ?? "", "u");

  it.each(["2026-05-11", "2026-05-11T08:30:12.123456789+05:30", "2026-05-11t08:30:12 0530", "2026-05-11T24:00Z"])(
    "matches %s",
    (time) => expect([form.test(time), parseTimeInterval(time) !== null]).toEqual([true, true]),
  );

  it.each(["", "24h", "20260511T083012Z", "2026-05-11T25:00Z", "2026-05-11\n", "2026-05-11T08:30:61Z"])(
    "does not match %j",
    (text) => expect([form.test(text), parseTimeInterval(text)]).toEqual([false, null]),
  );
});

it("OpenAPI limits of pages are those of the parsers", () => {
  const { FakturoidPage, SimplybooksSkip, FakturoidSubjectId } = description.components.parameters;
  expect([FakturoidPage?.schema.maximum, SimplybooksSkip?.schema.maximum]).toEqual([999_999_999, 999_999_999]);
  expect(FakturoidSubjectId?.schema).toEqual({ type: "string", minLength: 1 });
});
