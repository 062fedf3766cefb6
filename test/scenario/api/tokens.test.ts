import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createFinzbooksClient, type FinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { basic } from "#test/support/api/fakturoid-dialect.ts";
import { auditLines } from "#test/support/audit-lines.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const issuedClient = z.object({ client: z.object({ client_id: z.string() }), secret: z.string() });
const manager = ["AIBooks.tokens.READ", "AIBooks.tokens.MANAGE"] as const;

let stack: TestStack;
let tenant: Tenant;
let other: Tenant;
let client: FinzbooksClient;

const whoami = async (token: string, org: string) =>
  (
    await fetch(`${stack.api}/api/public/v1/whoami`, {
      headers: { authorization: `Bearer ${token}`, "x-aibooks-org": org },
    })
  ).status;

async function allTokens(from: FinzbooksClient = client) {
  const tokens = [];
  for await (const token of from.tokens.iterate({ limit: 2 })) tokens.push(token);
  return tokens;
}

beforeAll(async () => {
  stack = await startStack();
  tenant = await stack.tenant([...manager]);
  other = await stack.tenant([...manager]);
  client = createFinzbooksClient({ baseUrl: stack.api, token: tenant.token });
});

describe("the tokens of a running stack", () => {
  it("are listed for their organisation, with scopes and last use, page by page", async () => {
    const { org_id } = tenant;
    const issued = await Promise.all([1, 2, 3].map(() => stack.token([org_id])));
    await stack.admin({ action: "key.create", org_id, user_id: "usr_key" });
    const tokens = await allTokens();
    expect(tokens).toHaveLength(5);
    expect(tokens.map(({ token_id }) => token_id)).toEqual(
      expect.arrayContaining(issued.map(({ token_id }) => token_id)),
    );
    expect(tokens.filter(({ last_used_at }) => last_used_at !== null)).toMatchObject([{ scopes: manager }]);
    expect(JSON.stringify(tokens)).not.toContain("hash");
    expect(await allTokens(createFinzbooksClient({ baseUrl: stack.api, token: other.token }))).toHaveLength(1);
  });

  it("end for the organisation that revokes them, and for no other", async () => {
    const { secret, token_id } = await stack.token([tenant.org_id, other.org_id]);
    expect([await whoami(secret, tenant.org_id), await whoami(secret, other.org_id)]).toEqual([200, 200]);
    const revoked = await client.tokens.revoke(token_id);
    expect(revoked).toMatchObject({ org_ids: [tenant.org_id], last_used_at: null });
    expect([await whoami(secret, tenant.org_id), await whoami(secret, other.org_id)]).toEqual([403, 200]);
    expect(await client.tokens.revoke(token_id)).toEqual(revoked);
    expect((await allTokens()).find((token) => token.token_id === token_id)).toEqual(revoked);
    await createFinzbooksClient({ baseUrl: stack.api, token: other.token }).tokens.revoke(token_id);
    expect([await whoami(secret, tenant.org_id), await whoami(secret, other.org_id)]).toEqual([401, 401]);
  });

  it("are unknown to other organisations", async () => {
    const { secret, token_id } = await stack.token([other.org_id]);
    await expect(client.tokens.revoke(token_id)).rejects.toMatchObject({ status: 404 });
    expect(await whoami(secret, other.org_id)).toBe(200);
  });

  it("end with the viewer tokens that they issued, and an API client with its access tokens", async () => {
    const { org_id } = tenant;
    await stack.admin({ action: "viewer-key.rotate" });
    const issuer = await stack.token([org_id], ["AIBooks.fullaccess.all"]);
    const viewer = await createFinzbooksClient({ baseUrl: stack.api, token: issuer.secret }).createViewerToken({});
    const feed = () => stack.get("/api/public/v1/activity", { authorization: `Bearer ${viewer.token}` });
    expect((await feed()).status).toBe(200);
    await client.tokens.revoke(issuer.token_id);
    expect((await feed()).status).toBe(401);

    await stack.admin({ action: "org.update", org_id, slug: "tokens-scenario" });
    const created = issuedClient.parse(await stack.admin({ action: "client.create", org_id }));
    const { client_id } = created.client;
    const authorization = basic(client_id, created.secret);
    const grant = () =>
      fetch(`${stack.api}/api/v3/oauth/token`, {
        method: "POST",
        headers: { authorization, "content-type": "application/json", "user-agent": "Scenario (a@example.com)" },
        body: JSON.stringify({ grant_type: "client_credentials" }),
      });
    const { access_token } = z.object({ access_token: z.string() }).parse(await (await grant()).json());
    expect(await whoami(access_token, org_id)).toBe(200);
    await client.tokens.revoke(client_id);
    expect(await whoami(access_token, org_id)).toBe(401);
    expect((await grant()).status).toBe(401);
  });

  it("can revoke themselves, which the audit log shows", async () => {
    const own = await stack.token([tenant.org_id], [...manager]);
    const itself = createFinzbooksClient({ baseUrl: stack.api, token: own.secret });
    expect((await itself.tokens.revoke(own.token_id)).revoked_at).not.toBeNull();
    await expect(itself.tokens.list()).rejects.toMatchObject({ status: 401 });
    const lines = await until(() => {
      const found = auditLines(stack, "access").filter(
        ({ message, token_id }) => message === "request" && token_id === own.token_id,
      );
      return found.length >= 2 && found;
    });
    expect(lines).toHaveLength(2);
    expect(lines.find(({ route }) => route === "revoke_token")).toMatchObject({
      org_id: tenant.org_id,
      revoked_token_id: own.token_id,
      status: 200,
    });
    expect(lines.find(({ route }) => route === "list_tokens")).toMatchObject({ status: 401 });
  });
});
