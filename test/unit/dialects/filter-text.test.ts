import { describe, expect, it } from "vitest";
import { writeAccessToken } from "../../../shared/access/token.ts";
import { filterText } from "../../../shared/dialects/filter-text.ts";
import { aSecret } from "../../support/builders.ts";
import { aSecretOf } from "../../support/fakturoid-dialect.ts";

describe("the text of filters", () => {
  it("has them in the order in which they are given", () => {
    expect(filterText({ since: "2026-05-01", limit: 5, entity_type: "BILL" })).toBe(
      "since=2026-05-01 limit=5 entity_type=BILL",
    );
    expect(filterText({ limit: 5, entity_type: "BILL", since: "2026-05-01" })).toBe(
      "limit=5 entity_type=BILL since=2026-05-01",
    );
  });

  it("leaves out what was not asked, and that alone", () => {
    expect(filterText({ a: null, b: "x", c: null, d: 0, e: "" })).toBe("b=x d=0 e=");
  });

  it.each([{}, { a: null }, { a: null, b: null }])("is none where nothing was asked: %j", (filters) => {
    expect(filterText(filters)).toBeUndefined();
  });

  it.each([
    ["a personal token", aSecret()],
    ["a key", aSecretOf("key")],
    ["a client's secret", aSecretOf("client")],
    ["an access token", writeAccessToken(new Uint8Array(36).fill(3))],
  ])("does not show %s", (_, secret) => {
    expect(filterText({ subject_id: secret, page: 1 })).toBe("subject_id=[token] page=1");
  });

  it("shows what only looks like a token", () => {
    const mistyped = `${aSecret().slice(0, -1)}!`;
    expect(filterText({ subject_id: mistyped })).toBe(`subject_id=${mistyped}`);
  });
});
