import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { formatToken } from "#shared/auth/token.ts";
import { issued, openWorld, type World, type WorldTenant } from "#test/support/test-environment.ts";

const feed = "/api/public/v1/activity";
const whoami = "/api/public/v1/whoami";

let world: World;
let tenant: WorldTenant;
beforeAll(async () => {
  world = await openWorld();
  tenant = await world.tenant();
});

async function answer(path: string, headers: Record<string, string> = {}) {
  const response = await world.get(path, headers);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

describe("a token", () => {
  it.each([
    ["missing", {}],
    ["of another scheme", { authorization: "Basic dTpw" }],
    ["malformed", bearer("aibooks_pat_junk")],
    ["unknown", bearer(formatToken(new Uint8Array(20).fill(9)))],
  ])("is refused that is %s", async (_, headers) => {
    const { status, body } = await answer(feed, headers);
    expect({ status, body }).toMatchObject({ status: 401, body: { code: "authn.token_invalid" } });
  });

  it("is refused from the moment at which it is revoked", async () => {
    const { org_id } = tenant;
    const { secret, token } = await world.admin(
      { action: "token.create", org_ids: [org_id], scopes: ["AIBooks.activity.READ"] },
      issued,
    );
    expect((await answer(feed, bearer(secret))).status).toBe(200);
    await world.admin({ action: "token.revoke", token_id: token.token_id }, z.unknown());
    expect((await answer(feed, bearer(secret))).status).toBe(401);
  });

  it("speaks for its organisation, and needs the scope", async () => {
    expect(await answer(whoami, bearer(tenant.token))).toMatchObject({
      status: 200,
      body: { token: { org_id: tenant.org_id, scopes: ["AIBooks.activity.READ"] } },
    });
    const subscriber = await world.tenant(["AIBooks.webhooks.MANAGE"]);
    const { status, body } = await answer(feed, subscriber.headers);
    expect({ status, body }).toMatchObject({ status: 403, body: { code: "authz.scope_missing" } });
  });

  it("has so many requests a minute, and each answer tells how many are left", async () => {
    const { headers } = await world.tenant();
    const answers = [await answer(whoami, headers), await answer(whoami, headers)];
    for (const { headers: told } of answers) {
      expect(told.get("x-ratelimit-limit")).toBe("600");
      expect(told.get("x-ratelimit-reset")).toMatch(/^\d+$/);
    }
    const left = answers.map(({ headers: told }) => told.get("x-ratelimit-remaining"));
    // The count begins anew where a minute ends in between.
    expect([
      ["599", "598"],
      ["599", "599"],
    ]).toContainEqual(left);
  });
});
