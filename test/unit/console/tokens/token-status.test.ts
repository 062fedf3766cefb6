import { describe, expect, it } from "vitest";
import { getTokenStatus, isUsable, sortByLastUse } from "#clients/console/tokens/token-status.ts";
import { aToken } from "./token-fixtures.ts";

const nowMs = Date.parse("2026-05-11T08:00:00Z");

describe("getTokenStatus", () => {
  it.each([
    ["active", {}],
    ["active", { expires_at: "2026-05-25T08:00:00.001Z" }],
    ["expiring", { expires_at: "2026-05-25T08:00:00.000Z" }],
    ["expired", { expires_at: "2026-05-11T08:00:00.000Z" }],
    ["revoked", { revoked_at: "2026-05-01T00:00:00.000Z", expires_at: "2026-05-02T00:00:00.000Z" }],
  ] as const)("returns %s for %j", (status, fields) => {
    expect(getTokenStatus(aToken(fields), nowMs)).toBe(status);
    expect(isUsable(aToken(fields), nowMs)).toBe(status === "active" || status === "expiring");
  });
});

describe("sortByLastUse", () => {
  it("puts the latest use first, and then the newest of those without", () => {
    const tokens = [
      aToken({ token_id: "tok_old" }),
      aToken({ token_id: "tok_new", created_at: "2026-02-01T00:00:00.000Z" }),
      aToken({ token_id: "tok_used", last_used_at: "2026-03-01T00:00:00.000Z" }),
      aToken({ token_id: "tok_in_use", last_used_at: "2026-04-01T00:00:00.000Z" }),
    ];
    expect(sortByLastUse(tokens).map(({ token_id }) => token_id)).toEqual([
      "tok_in_use",
      "tok_used",
      "tok_new",
      "tok_old",
    ]);
  });
});
