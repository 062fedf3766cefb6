import { BatchWriteItemCommand, DeleteItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { windowStart } from "#shared/auth/rate-limit.ts";
import { formatToken } from "#shared/auth/token-format.ts";
import { anInput } from "#test/support/builders.ts";
import { readLogs, startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const feed = "/api/public/v1/activity";
const whoami = "/api/public/v1/whoami";
let stack: TestStack;
let tenant: Tenant;

beforeAll(async () => {
  stack = await startStack();
  tenant = await stack.tenant();
  await stack.append([anInput({ org_id: tenant.org_id })]);
});

async function answer(path: string, headers: Record<string, string>) {
  const response = await stack.get(path, headers);
  const body: unknown = await response.json();
  return { status: response.status, headers: response.headers, body };
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

describe("token", () => {
  it("returns the same 401 when it is missing, malformed, unknown, expired or revoked", async () => {
    const expiring = await stack.admin({
      action: "token.create",
      org_ids: [tenant.org_id],
      scopes: ["AIBooks.activity.READ"],
      expires_at: new Date(Date.now() + 400).toISOString(),
    });
    const revoked = await stack.token([tenant.org_id]);
    expect((await answer(feed, bearer(revoked.secret))).status).toBe(200);
    await stack.admin({ action: "token.revoke", token_id: revoked.token_id });
    const unknown = formatToken(new Uint8Array(20).fill(9));
    const refusals = [
      await answer(feed, {}),
      await answer(feed, { authorization: "Basic dTpw" }),
      await answer(feed, bearer("aibooks_pat_junk")),
      await answer(feed, bearer(unknown)),
      await answer(feed, bearer(revoked.secret)),
      await expired(String(expiring.secret)),
    ];
    for (const { status, body, headers } of refusals) {
      expect(status).toBe(401);
      expect(body).toEqual({
        code: "authn.token_invalid",
        message: "The access token is missing, malformed, unknown, expired or revoked.",
      });
      expect(headers.get("x-request-id")).toMatch(/./);
      expect(headers.get("x-ratelimit-limit")).toBeNull();
    }
  });

  async function expired(secret: string) {
    for (;;) {
      const found = await answer(feed, bearer(secret));
      if (found.status !== 200) return found;
    }
  }

  it("is found by its hash: the secret is neither stored nor logged", async () => {
    const { secret, token_id } = await stack.token([tenant.org_id]);
    await answer(feed, bearer(secret));
    const { tokens } = await stack.admin({ action: "token.list", org_id: tenant.org_id });
    const listed = Array.isArray(tokens) ? tokens.find((token) => token.token_id === token_id) : undefined;
    expect(listed).toMatchObject({
      org_ids: [tenant.org_id],
      revoked_at: null,
      last_used_at: expect.stringMatching(/:00\.000Z$/),
    });
    expect(JSON.stringify(tokens)).not.toContain(secret.slice(12));
    expect(JSON.stringify(tokens)).not.toContain("hash");
    expect(readLogs(stack.logs)).not.toContain(secret);
  });

  it("requires the scope, which full access includes", async () => {
    const hooks = await stack.token([tenant.org_id], ["AIBooks.webhooks.MANAGE"]);
    const { status, body } = await answer(feed, bearer(hooks.secret));
    expect({ status, body }).toMatchObject({ status: 403, body: { code: "authz.scope_missing" } });
    expect((await answer(whoami, bearer(hooks.secret))).status).toBe(200);
    const full = await stack.token([tenant.org_id], ["AIBooks.fullaccess.all"]);
    expect((await answer(feed, bearer(full.secret))).status).toBe(200);
  });

  it("of several organisations requires the request to name one", async () => {
    const other = await stack.tenant();
    expect((await answer(whoami, bearer(tenant.token))).body).toMatchObject({
      code: 0,
      message: "success",
      token: { org_id: tenant.org_id, user_id: null, scopes: ["AIBooks.activity.READ"], tier: "DEFAULT" },
    });
    const both = await stack.token([tenant.org_id, other.org_id]);
    expect(await answer(feed, bearer(both.secret))).toMatchObject({
      status: 400,
      body: { code: "validation.required_field", field: "X-AIBooks-Org" },
    });
    const named = await answer(`${feed}?organization_id=${other.org_id}`, bearer(both.secret));
    expect(named).toMatchObject({ status: 200, body: { activity: [] } });
  });
});

describe("organisation", () => {
  it("cannot be read with another organisation's token, however it is named", async () => {
    const stranger = await stack.tenant();
    const attempts = [
      await answer(feed, { ...bearer(stranger.token), "x-aibooks-org": tenant.org_id }),
      await answer(`${feed}?organization_id=${tenant.org_id}`, bearer(stranger.token)),
      await answer("/api/public/v1/invoices/inv_8c3f1a9b/activity", {
        ...bearer(stranger.token),
        "x-aibooks-org": tenant.org_id,
      }),
      await answer(feed, { ...bearer(stranger.token), "x-aibooks-org": `${stranger.org_id},${tenant.org_id}` }),
      await answer(feed, { ...bearer(stranger.token), "x-aibooks-org": `${tenant.org_id}#inv_8c3f1a9b` }),
    ];
    for (const { status, body } of attempts) {
      expect({ status, body }).toMatchObject({ status: 403, body: { code: "authz.org_mismatch" } });
    }
    const named = `${feed}?organization_id=${tenant.org_id}`;
    for (const headers of [stranger.headers, { ...stranger.headers, "x-aibooks-org": "" }]) {
      expect((await answer(`${named}&organization_id=${stranger.org_id}`, headers)).status).toBe(400);
    }
    expect((await answer(named, stranger.headers)).status).toBe(400);
    expect(await answer(feed, stranger.headers)).toMatchObject({ status: 200, body: { activity: [] } });
  });

  it("is created once, with a unique slug", async () => {
    const { org_id } = tenant;
    expect(await stack.admin({ action: "org.create", org_id })).toMatchObject({
      error: { code: "conflict", field: "org_id" },
    });
    await stack.admin({ action: "org.create", org_id: "org_slug_1", slug: "same" });
    expect(await stack.admin({ action: "org.create", org_id: "org_slug_2", slug: "same" })).toMatchObject({
      error: { code: "conflict", field: "slug" },
    });
    const refused = await stack.admin({
      action: "token.create",
      org_ids: ["org_nowhere"],
      scopes: ["AIBooks.activity.READ"],
    });
    expect(refused).toMatchObject({ error: { code: "not_found" } });
  });
});

describe("rate limit", () => {
  it("counts each request once in fixed windows, also concurrent ones", async () => {
    const { token } = await stack.tenant();
    const answers = await Promise.all(Array.from({ length: 60 }, () => answer(whoami, bearer(token))));
    const seen = answers.map(
      ({ headers }) => `${headers.get("x-ratelimit-reset")} ${headers.get("x-ratelimit-remaining")}`,
    );
    expect(new Set(seen).size).toBe(60);
    expect(answers.every(({ headers }) => headers.get("x-ratelimit-limit") === "600")).toBe(true);
  });

  it("returns 429 with Retry-After when it is exceeded", async () => {
    const { org_id } = tenant;
    const { secret, token_id } = await stack.token([org_id]);
    const limited = await until(async () => {
      // As if 600 requests had come in this minute; a minute that ends in between is tried again.
      await stack.dynamodb.send(
        new UpdateItemCommand({
          TableName: stack.tables.config ?? "",
          Key: { pk: { S: `token#${token_id}` }, sk: { S: "token" } },
          UpdateExpression: "SET rate_window = :window, rate_used = :used",
          ExpressionAttributeValues: { ":window": { S: windowStart(new Date()).toISOString() }, ":used": { N: "600" } },
        }),
      );
      const found = await answer(feed, bearer(secret));
      return found.status === 429 && found;
    });
    expect(limited.body).toMatchObject({ code: "rate_limit.exceeded" });
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(limited.headers.get("retry-after"))).toBeLessThanOrEqual(60);
    expect(limited.headers.get("x-ratelimit-remaining")).toBe("0");
  });
});

describe("stored events", () => {
  it("cannot be changed or deleted, even by the operator of the AWS account", async () => {
    const TableName = stack.tables.events ?? "";
    const Key = { timeline: { S: `${tenant.org_id}#inv_8c3f1a9b` }, position: { S: "x" } };
    const refused = { name: "AccessDeniedException" };
    await expect(stack.dynamodb.send(new DeleteItemCommand({ TableName, Key }))).rejects.toMatchObject(refused);
    await expect(
      stack.dynamodb.send(new UpdateItemCommand({ TableName, Key, UpdateExpression: "REMOVE actor" })),
    ).rejects.toMatchObject(refused);
    await expect(
      stack.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ DeleteRequest: { Key } }] } })),
    ).rejects.toMatchObject(refused);
  });
});
