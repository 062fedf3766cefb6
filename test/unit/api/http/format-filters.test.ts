import { describe, expect, it } from "vitest";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import { deriveAccessToken } from "#shared/auth/token-format.ts";
import { aSecretOf } from "#test/support/api/fakturoid-dialect.ts";
import { aSecret } from "#test/support/builders.ts";

describe("formatFilters", () => {
  it("returns the filters in order, also repeated ones", () => {
    const filters = [
      ["since", "2026-05-01"],
      ["limit", 5],
      ["type.ne", "a"],
      ["type.ne", "b"],
    ] as const;
    expect(formatFilters(filters)).toBe("since=2026-05-01 limit=5 type.ne=a type.ne=b");
  });

  it("omits only filters that are null", () => {
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
  ])("masks %s anywhere in a value", (_, secret) => {
    expect(
      formatFilters([
        ["subject_id", secret],
        ["page", 1],
      ]),
    ).toBe("subject_id=[token] page=1");
    expect(formatFilters([["subject_id", `x ${secret} y`]])).toBe("subject_id=x+[token]+y");
  });

  it("replaces spaces in a value and limits its length", () => {
    expect(formatFilters([["subject_id", "1 page=9\n"]])).toBe("subject_id=1+page=9+");
    expect(formatFilters([["subject_id", "z".repeat(5_000)]])).toBe(`subject_id=${"z".repeat(256)}…`);
  });
});
