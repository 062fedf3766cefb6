import { describe, expect, it } from "vitest";
import { listRevocationEffects } from "#clients/console/tokens/revocation-effects.ts";
import { aToken } from "./token-fixtures.ts";

describe("listRevocationEffects", () => {
  it("says for a reading token that requests fail, and nothing else", () => {
    expect(listRevocationEffects(aToken())).toHaveLength(1);
  });

  it.each([
    ["AIBooks.webhooks.MANAGE", /endpoints that it created remain/],
    ["AIBooks.viewer_tokens.CREATE", /viewer tokens that it issued end/],
    ["Fakturoid.oauth.CLIENT", /access tokens of this API client end/],
    ["AIBooks.fullaccess.all", /endpoints that it created remain/],
    ["AIBooks.fullaccess.all", /viewer tokens that it issued end/],
  ])("says for the scope %s: %s", (scope, effect) => {
    expect(listRevocationEffects(aToken({ scopes: [scope] })).join(" ")).toMatch(effect);
  });

  it.each([
    [2, /another organisation\.$/],
    [3, /2 other organisations\.$/],
  ])("says that a token of %i organisations stays valid elsewhere", (count, effect) => {
    const org_ids = Array.from({ length: count }, (_, index) => `org_${index}`);
    expect(listRevocationEffects(aToken({ org_ids })).at(-1)).toMatch(effect);
  });
});
