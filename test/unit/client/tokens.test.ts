import { describe, expect, it } from "vitest";
import { createFinzbooksClient } from "#clients/client/client.ts";
import { createFakeApi, jsonResponse, rejectionOf } from "#test/support/client/fake-api.ts";

const token = { token_id: "tok_1", revoked_at: null };

describe("client.tokens", () => {
  it("iterates over all pages", async () => {
    const api = createFakeApi(({ url }) => {
      const isLast = url.searchParams.has("cursor");
      const link = '</api/public/v1/tokens?limit=1&cursor=tok_1>; rel="next"';
      const body = { tokens: [token], page_context: { has_more_page: !isLast } };
      return jsonResponse(body, 200, isLast ? {} : { link });
    });
    const { tokens } = createFinzbooksClient({ ...api.options, token: "secret", org: "org_a" });
    const found = [];
    for await (const one of tokens.iterate({ limit: 1 })) found.push(one);
    expect(found).toEqual([token, token]);
    expect(
      api.requests.map(({ url, headers }) => `${url.pathname}${url.search} ${headers.get("x-aibooks-org")}`),
    ).toEqual(["/api/public/v1/tokens?limit=1 org_a", "/api/public/v1/tokens?limit=1&cursor=tok_1 org_a"]);
  });

  it("revokes a token, whose id is escaped, and repeats that only after 429", async () => {
    const responses = [() => jsonResponse({ code: "rate_limit.exceeded", message: "" }, 429, { "retry-after": "1" })];
    const api = createFakeApi((_, at) => responses[at]?.() ?? jsonResponse({ token }));
    const { tokens } = createFinzbooksClient({ ...api.options, token: "secret" });
    expect(await tokens.revoke("a/b")).toEqual(token);
    expect(api.requests.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual(
      Array(2).fill("POST /api/public/v1/tokens/a%2Fb/revoke"),
    );
    const failing = createFakeApi(() => jsonResponse({ code: "service.unavailable", message: "" }, 503));
    const other = createFinzbooksClient({ ...failing.options, token: "secret" });
    expect(await rejectionOf(other.tokens.revoke("tok_1"))).toMatchObject({ code: "unavailable" });
    expect(failing.requests).toHaveLength(1);
  });
});
