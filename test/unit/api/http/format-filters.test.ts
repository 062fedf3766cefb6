import { describe, expect, it } from "vitest";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import { deriveAccessToken } from "#shared/auth/token.ts";
import { aSecretOf } from "#test/support/api/fakturoid-dialect.ts";
import { aSecret } from "#test/support/builders.ts";

describe("the text of filters", () => {
  it("has them in the order in which they are given, each as often as it is", () => {
    const filters = [
      ["since", "2026-05-01"],
      ["limit", 5],
      ["type.ne", "a"],
      ["type.ne", "b"],
    ] as const;
    expect(formatFilters(filters)).toBe("since=2026-05-01 limit=5 type.ne=a type.ne=b");
  });

  it("leaves out what was not asked, and that alone", () => {
    expect(
      formatFilters([
        ["a", null],
        ["b", "x"],
        ["c", null],
        ["d", 0],
        ["e", ""],
      ]),
    ).toBe("b=x d=0 e=");
    expect(formatFilters([])).toBeUndefined();
    expect(formatFilters([["a", null]])).toBeUndefined();
  });

  it.each([
    ["a personal token", aSecret()],
    ["a mistyped token", `${aSecret()}x`],
    ["a token in upper case", aSecret().toUpperCase()],
    ["a key", aSecretOf("key")],
    ["a client's secret", aSecretOf("client")],
    ["an access token", deriveAccessToken(aSecretOf("client"), "salt")],
    ["a signing secret", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
  ])("does not show %s, wherever it stands", (_, secret) => {
    expect(
      formatFilters([
        ["subject_id", secret],
        ["page", 1],
      ]),
    ).toBe("subject_id=[token] page=1");
    expect(formatFilters([["subject_id", `x ${secret} y`]])).toBe("subject_id=x+[token]+y");
  });

  it("has no blank within a value, and no value longer than an id", () => {
    expect(formatFilters([["subject_id", "1 page=9\n"]])).toBe("subject_id=1+page=9+");
    expect(formatFilters([["subject_id", "z".repeat(5_000)]])).toBe(`subject_id=${"z".repeat(256)}…`);
  });
});
