import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { formatToken } from "#shared/auth/token-format.ts";
import { issued, openTestEnvironment, type SmokeTenant, type TestEnvironment } from "#test/support/test-environment.ts";

const feed = "/api/public/v1/activity";
const whoami = "/api/public/v1/whoami";

let environment: TestEnvironment;
let tenant: SmokeTenant;
beforeAll(async () => {
  environment = await openTestEnvironment();
  tenant = await environment.tenant();
});

async function request(path: string, headers: Record<string, string> = {}) {
  const response = await environment.get(path, headers);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

describe("token authentication", () => {
  it.each([
    ["missing", {}],
    ["of another scheme", { authorization: "Basic dTpw" }],
    ["malformed", bearer("aibooks_pat_junk")],
    ["unknown", bearer(formatToken(new Uint8Array(20).fill(9)))],
  ])("rejects a request with 401 when the token is %s", async (_, headers) => {
    const { status, body } = await request(feed, headers);
    expect({ status, body }).toMatchObject({ status: 401, body: { code: "authn.token_invalid" } });
  });

  it("rejects a token immediately after it is revoked", async () => {
    const { org_id } = tenant;
    const { secret, token } = await environment.admin(
      { action: "token.create", org_ids: [org_id], scopes: ["AIBooks.activity.READ"] },
      issued,
    );
    expect((await request(feed, bearer(secret))).status).toBe(200);
    await environment.admin({ action: "token.revoke", token_id: token.token_id }, z.unknown());
    expect((await request(feed, bearer(secret))).status).toBe(401);
  });

  it("resolves the organisation of a token, and rejects a request when the scope is missing", async () => {
    expect(await request(whoami, bearer(tenant.token))).toMatchObject({
      status: 200,
      body: { token: { org_id: tenant.org_id, scopes: ["AIBooks.activity.READ"] } },
    });
    const subscriber = await environment.tenant(["AIBooks.webhooks.MANAGE"]);
    const { status, body } = await request(feed, subscriber.headers);
    expect({ status, body }).toMatchObject({ status: 403, body: { code: "authz.scope_missing" } });
  });

  it("returns the limit and the remaining requests in each response", async () => {
    const { headers } = await environment.tenant();
    const responses = [await request(whoami, headers), await request(whoami, headers)];
    for (const { headers: received } of responses) {
      expect(received.get("x-ratelimit-limit")).toBe("600");
      expect(received.get("x-ratelimit-reset")).toMatch(/^\d+$/);
    }
    const remaining = responses.map(({ headers: received }) => received.get("x-ratelimit-remaining"));
    // The count starts again if a minute ends between the requests.
    expect([
      ["599", "598"],
      ["599", "599"],
    ]).toContainEqual(remaining);
  });
});
