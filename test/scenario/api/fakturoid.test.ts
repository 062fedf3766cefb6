import { request as httpRequest } from "node:http";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Event } from "@thinkhome-org/fakturoid-typescript-api";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { generateQuarter } from "#infra/local/demo/generate-quarter.ts";
import { toNumericId } from "#shared/api/fakturoid/ids/numeric-id.ts";
import { createAccessGrantStore } from "#shared/auth/dynamodb/access-grant-store.ts";
import { windowStart } from "#shared/auth/rate-limit.ts";
import { deriveAccessToken, hashToken, toTokenId, toTokenRef } from "#shared/auth/token-format.ts";
import { loadFakturoidClient, memoryTokenStore } from "#test/support/api/fakturoid-client.ts";
import { basic } from "#test/support/api/fakturoid-dialect.ts";
import { anInput } from "#test/support/builders.ts";
import { readLogs, startStack, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const issuedClient = z.object({
  client: z.object({ client_id: z.string(), org_id: z.string(), slug: z.string() }),
  secret: z.string(),
});

type ApiClient = { readonly id: string; readonly secret: string; readonly org_id: string; readonly slug: string };

let stack: TestStack;
let acme: ApiClient;
let capek: ApiClient;
let library: Awaited<ReturnType<typeof loadFakturoidClient>>;

beforeAll(async () => {
  stack = await startStack();
  library = await loadFakturoidClient();
  acme = await anAccount("org_fakturoid_acme", "acme");
  capek = await anAccount("org_fakturoid_capek", "capek");
  await stack.append(generateQuarter(acme.org_id, 60, 7));
  const related = [{ entity_type: "CONTACT" as const, entity_id: "con_contoso_india" }];
  await stack.append([anInput({ org_id: capek.org_id, entity_id: "inv_of_capek", related })]);
});

async function anAccount(org_id: string, slug: string): Promise<ApiClient> {
  await stack.admin({ action: "org.create", org_id, slug, time_zone: "Europe/Prague", robot_name: "Robot" });
  return aClientOf(org_id);
}

async function aClientOf(org_id: string): Promise<ApiClient> {
  const { client, secret } = issuedClient.parse(await stack.admin({ action: "client.create", org_id }));
  return { id: client.client_id, secret, org_id, slug: client.slug };
}

const userAgent = "Tests (tests@example.com)";

/** The vendor's client for an account, with an access token of its own. */
async function connect({ id, secret }: ApiClient) {
  const config = {
    clientId: id,
    clientSecret: secret,
    redirectUri: "https://unused.example",
    userAgent,
    environment: "test" as const,
    baseUrl: stack.api,
  };
  const tokenStore = memoryTokenStore();
  const client = library.createFakturoidClient({ config, tokenStore });
  const { events, users } = await client.connectWithClientCredentials("tenant");
  const tokens = tokenStore.tokens.get("tenant");
  if (tokens === undefined) throw new Error("The client has kept no token.");
  const oauth = new library.OAuthService(config, tokenStore);
  return { events, users, oauth, tokens, accessToken: tokens.accessToken };
}

async function all(events: AsyncGenerator<Event>): Promise<Event[]> {
  const found: Event[] = [];
  for await (const event of events) found.push(event);
  return found;
}

const page = z.object({
  activity: z.array(
    z.object({
      action: z.string(),
      entity_type: z.string(),
      entity_id: z.string(),
      actor_user_id: z.nullable(z.string()),
      changes: z.nullable(z.record(z.string(), z.unknown())),
      occurred_at: z.string(),
    }),
  ),
});

/** Everything that the FinzBooks dialect shows of an organisation, in its order. */
async function finzbooksEvents(org_id: string) {
  const { secret } = await stack.token([org_id]);
  const events: z.infer<typeof page>["activity"] = [];
  for (let path: string | null = "/api/public/v1/activity?limit=500"; path !== null; ) {
    const response: Response = await stack.get(path, { authorization: `Bearer ${secret}` });
    events.push(...page.parse(await response.json()).activity);
    const [, next = null] = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "") ?? [];
    path = next === null ? null : next.slice(stack.api.length);
  }
  return events;
}

const documents: Readonly<Record<string, string>> = {
  INVOICE: "Invoice",
  BILL: "Expense",
  EXPENSE: "Expense",
  ESTIMATE: "Estimate",
  CONTACT: "Subject",
};

/** Sets what a token has used of its rate in this minute. */
async function setUses(secret: string, used: number): Promise<void> {
  await stack.dynamodb.send(
    new UpdateItemCommand({
      TableName: stack.tables.config ?? "",
      Key: { pk: { S: `token#${toTokenRef(secret).holder}` }, sk: { S: "token" } },
      ConditionExpression: "attribute_exists(pk)",
      UpdateExpression: "SET rate_window = :window, rate_used = :used",
      ExpressionAttributeValues: {
        ":window": { S: windowStart(new Date()).toISOString() },
        ":used": { N: String(used) },
      },
    }),
  );
}

describe("vendor's public client", () => {
  it("connects with its credentials and finds the account through the user", async () => {
    const { tokens, users } = await connect(await aClientOf(acme.org_id));
    expect(tokens).toEqual({
      accessToken: expect.stringMatching(/^[0-9a-f]{80}$/),
      expiresAt: expect.any(Number),
      scope: undefined,
      fakturoidSlug: "acme",
    });
    const lasts = tokens.expiresAt - Date.now();
    expect(lasts).toBeGreaterThan(7_100_000);
    expect(lasts).toBeLessThanOrEqual(7_200_000);
    const rights = { permission: "read_only", allowed_scope: ["reports", "expenses", "invoices"] };
    expect(await users.getCurrentUser()).toEqual({
      id: expect.any(Number),
      custom_id: expect.stringMatching(/^tok_/),
      full_name: "Robot",
      email: null,
      avatar_url: null,
      default_account: "acme",
      ...rights,
      accounts: [{ slug: "acme", logo: null, name: acme.org_id, registration_no: null, ...rights }],
    });
  });

  it("lists forty events per page, newest first", async () => {
    const { events } = await connect(acme);
    const [first, second] = [await events.list(), await events.list({ page: 2 })];
    expect([first.length, second.length]).toEqual([40, 40]);
    const times = [...first, ...second].map(({ created_at }) => Date.parse(created_at));
    expect(times).toEqual([...times].sort((left, right) => right - left));
    expect(first[0]).toMatchObject({ created_at: expect.stringMatching(/\.\d{3}\+0[12]:00$/) });
  });

  it("reads all pages, with the events of FinzBooks in the same order", async () => {
    const { events } = await connect(acme);
    const shown = await finzbooksEvents(acme.org_id);
    expect(shown).toHaveLength(generateQuarter(acme.org_id, 60, 7).length);
    const walked = (await all(events.listAll())).map(({ created_at, related_objects, user }) => [
      Date.parse(created_at),
      related_objects.find(({ type }) => type !== "Subject") ?? related_objects[0] ?? null,
      user?.id,
    ]);
    const expected = shown.map(({ occurred_at, entity_type, entity_id, actor_user_id }) => {
      const type = documents[entity_type];
      const user = actor_user_id === null ? null : toNumericId(actor_user_id).id;
      return [Date.parse(occurred_at), type && { ...toNumericId(entity_id), type }, user];
    });
    // What has no counterpart shows at most its Subject, of which FinzBooks says nothing.
    const known = walked.map(([time, object, user], at) => [time, expected[at]?.[1] && object, user]);
    expect(known).toEqual(expected);
  });

  it("reads all pages of payments", async () => {
    const { events } = await connect(acme);
    const payments = await all(events.listAllPaid());
    for (const { name } of payments) expect(name).toMatch(/^(invoice|expense|proforma)_paid/);
    const shown = await finzbooksEvents(acme.org_id);
    const expected = shown.filter(({ action }) => /^(INVOICE|BILL|EXPENSE)_PAID$/.test(action));
    expect(expected.length).toBeGreaterThan(40);
    expect(payments.map(({ created_at }) => Date.parse(created_at))).toEqual(
      expected.map(({ occurred_at }) => Date.parse(occurred_at)),
    );
    expect(await events.listPaid({ page: 2 })).toEqual(payments.slice(40, 80));
  });

  it("lists events since a time, inclusive", async () => {
    const { events } = await connect(acme);
    const everything = await all(events.listAll());
    const since = everything[100]?.created_at ?? "";
    const from = everything.filter(({ created_at }) => Date.parse(created_at) >= Date.parse(since));
    expect(from.length).toBeGreaterThan(100);
    expect(await all(events.listAll({ since }))).toEqual(from);
    expect(await all(events.listAll({ since: new Date(since).toISOString() }))).toEqual(from);
    expect(await events.list({ since: new Date().toISOString() })).toEqual([]);
  });

  it("gets an error for an invalid time", async () => {
    const { events } = await connect(acme);
    const failure = await events.list({ since: "yesterday" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(library.FakturoidApiError);
    expect(failure).toMatchObject({
      status: 400,
      message: expect.stringContaining("since"),
      details: { error: "invalid_request" },
    });
  });

  it("waits for Retry-After when the rate limit is exceeded, and continues", async () => {
    const client = await aClientOf(acme.org_id);
    const { events, accessToken } = await connect(client);
    const spare = await connect(await aClientOf(acme.org_id));
    const real = { fetch: globalThis.fetch, setTimeout: globalThis.setTimeout };
    const refusals: string[] = [];
    const waits: number[] = [];
    vi.stubGlobal("fetch", async (...call: Parameters<typeof fetch>) => {
      const [url, init] = call;
      // As if the minute were over by the time that the client has waited: it comes with a rate that is not used up.
      const headers = new Headers(init?.headers);
      if (refusals.length > 0) headers.set("authorization", `Bearer ${spare.accessToken}`);
      const response = await real.fetch(url, { ...init, headers });
      if (response.status === 429) refusals.push(response.headers.get("x-ratelimit") ?? "");
      return response;
    });
    vi.stubGlobal("setTimeout", (callback: () => void, delay: number) => {
      const [, seconds] = /;t=(\d+)$/.exec(refusals.at(-1) ?? "") ?? [];
      const isWait = waits.length < refusals.length && delay === Number(seconds) * 1_000;
      if (isWait) waits.push(delay);
      return real.setTimeout(callback, isWait ? 0 : delay);
    });
    try {
      const listed = await until(async () => {
        // A minute that ends in between is tried again.
        await setUses(accessToken, 400);
        const found = await events.list();
        return refusals.length > 0 && found;
      });
      expect(listed).toHaveLength(40);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(refusals).toEqual([expect.stringMatching(/^default;r=0;t=([1-9]|[1-5]\d|60)$/)]);
    expect(waits).toEqual([expect.any(Number)]);
    expect(waits[0]).toBeGreaterThanOrEqual(1_000);
  });

  it("revokes its token, which is invalid afterwards", async () => {
    const { events, oauth, accessToken } = await connect(await aClientOf(acme.org_id));
    const other = await connect(acme);
    expect(await events.list()).toHaveLength(40);
    await oauth.revokeToken(accessToken);
    await expect(events.list()).rejects.toMatchObject({ status: 401, details: { error: "unauthorized" } });
    expect(await other.events.list()).toHaveLength(40);
  });

  it("gets an error for wrong credentials", async () => {
    const wrong = { ...acme, secret: capek.secret };
    await expect(connect(wrong)).rejects.toMatchObject({ status: 401, message: expect.stringContaining("client") });
  });
});

type Sent = { readonly body?: string; readonly type?: string; readonly authorization?: string };

const post = (path: string, { body = "", type = "application/x-www-form-urlencoded", authorization }: Sent) =>
  fetch(`${stack.api}/api/v3/oauth/${path}`, {
    method: "POST",
    headers: { "user-agent": userAgent, "content-type": type, ...(authorization && { authorization }) },
    body,
  });

const grant = "grant_type=client_credentials";
const credentials = ({ id, secret }: ApiClient) => ({ authorization: basic(id, secret) });

const accessTokenAnswer = z.strictObject({
  access_token: z.string().regex(/^[0-9a-f]{80}$/),
  token_type: z.literal("Bearer"),
  expires_in: z.int().gt(3_600).lte(7_200),
});

async function accessToken(client: ApiClient): Promise<string> {
  const response = await post("token", { body: grant, ...credentials(client) });
  expect(response.status).toBe(200);
  return accessTokenAnswer.parse(await response.json()).access_token;
}

async function read(path: string, token: string) {
  const response = await stack.get(`/api/v3/${path}`, { authorization: `Bearer ${token}`, "user-agent": userAgent });
  const body = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}

const problem = (error: string) => ({ error, error_description: expect.any(String) });

/** Headers that no two answers share. */
const passing = new Set(["date", "apigw-requestid", "x-request-id", "x-ratelimit"]);

function comparable({ status, headers, body }: Awaited<ReturnType<typeof read>>) {
  const kept = Object.entries(headers).filter(([name]) => !passing.has(name));
  return { status, body, headers: Object.fromEntries(kept) };
}

describe("GET events.json", () => {
  it("has the vendor's content type and rate-limit headers, and no total count", async () => {
    const token = await accessToken(await aClientOf(acme.org_id));
    const { status, headers, body } = await read("accounts/acme/events.json", token);
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(headers["x-ratelimit-policy"]).toBe("default;q=400;w=60");
    expect(headers["x-ratelimit"]).toMatch(/^default;r=39\d;t=([1-9]|[1-5]\d|60)$/);
    expect(headers).not.toHaveProperty("link");
    expect(Object.keys(headers).filter((name) => /total|count/.test(name))).toEqual([]);
    expect(JSON.parse(body)).toHaveLength(40);
  });

  it("returns an empty list for any page past the end", async () => {
    const token = await accessToken(acme);
    for (const page of [1_000, 999_999_999]) {
      const { status, body } = await read(`accounts/acme/events.json?page=${page}`, token);
      expect([status, body]).toEqual([200, "[]"]);
    }
  });

  it("returns a short last page, then an empty one", async () => {
    const token = await accessToken(acme);
    const count = generateQuarter(acme.org_id, 60, 7).length;
    const last = Math.ceil(count / 40);
    expect(JSON.parse((await read(`accounts/acme/events.json?page=${last}`, token)).body)).toHaveLength(
      count - (last - 1) * 40,
    );
    expect((await read(`accounts/acme/events.json?page=${last + 1}`, token)).body).toBe("[]");
  });

  it("returns the events of one subject with subject_id", async () => {
    const token = await accessToken(acme);
    const subject = toNumericId("con_contoso_india");
    const { body } = await read("accounts/acme/events.json?subject_id=con_contoso_india", token);
    const events: Event[] = JSON.parse(body);
    expect(events.length).toBeGreaterThan(0);
    for (const { related_objects } of events) {
      expect(related_objects).toContainEqual({ ...subject, type: "Subject" });
    }
    expect((await read(`accounts/acme/events.json?subject_id=${subject.id}`, token)).body).toBe(body);
    expect((await read(`accounts/acme/events.json?subject_id=${toNumericId("con_unknown").id}`, token)).body).toBe(
      "[]",
    );
    for (const unknown of ["con_unknown", "%00", "x".repeat(1_000)]) {
      expect(await read(`accounts/acme/events.json?subject_id=${unknown}`, token)).toMatchObject({
        status: 200,
        body: "[]",
      });
    }
  });

  it("accepts an unencoded plus in since", async () => {
    const token = await accessToken(acme);
    const open = await read("accounts/acme/events.json?since=2026-02-01T10:00:00.000000+01:00", token);
    const encoded = await read("accounts/acme/events.json?since=2026-02-01T09%3A00%3A00Z", token);
    expect(comparable(open)).toEqual(comparable(encoded));
    expect(open.status).toBe(200);
  });

  it("answers HEAD like GET, without a body", async () => {
    const token = await accessToken(await aClientOf(acme.org_id));
    const response = await fetch(`${stack.api}/api/v3/accounts/acme/events.json`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${token}` },
    });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(response.headers.get("x-ratelimit")).toMatch(/^default;r=39[89];t=\d+$/);
  });

  it("returns the rate-limit headers with errors, too", async () => {
    const token = await accessToken(acme);
    for (const [path, status, error] of [
      ["accounts/acme/events.json?page=0", 400, "invalid_request"],
      ["accounts/acme/events.json?since=x", 400, "invalid_request"],
      ["accounts/acme/events.json?subject_id=", 400, "invalid_request"],
      ["accounts/nowhere/events.json", 404, "not_found"],
    ] as const) {
      const answer = await read(path, token);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([status, problem(error)]);
      expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
      expect(answer.headers["x-ratelimit-policy"]).toBe("default;q=400;w=60");
      expect(answer.headers["x-ratelimit"]).toMatch(/^default;r=\d+;t=\d+$/);
    }
    const { secret } = await stack.token([acme.org_id], ["AIBooks.webhooks.MANAGE"]);
    const forbidden = await read("accounts/acme/events.json", secret);
    expect([forbidden.status, JSON.parse(forbidden.body)]).toEqual([403, problem("forbidden")]);
    expect(forbidden.headers["x-ratelimit"]).toMatch(/^default;r=399;t=\d+$/);
  });

  it("requires a User-Agent", async () => {
    const token = await accessToken(acme);
    // `fetch` sends its own User-Agent by default.
    const asked = (path: string, method: string) =>
      new Promise<[number | undefined, string]>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}` };
        const sent = httpRequest(`${stack.api}${path}`, { method, headers }, async (response) => {
          resolve([response.statusCode, Buffer.concat(await response.toArray()).toString()]);
        });
        sent.on("error", reject).end();
      });
    for (const [path, method] of [
      ["/api/v3/accounts/acme/events.json", "GET"],
      ["/api/v3/user.json", "GET"],
      ["/api/v3/oauth/token", "POST"],
      ["/api/v3/oauth/revoke.json", "POST"],
    ] as const) {
      expect(await asked(path, method)).toEqual([
        400,
        '{"error":"invalid_request","error_description":"Required header \\"User-Agent\\" is missing"}',
      ]);
    }
  });
});

describe("account", () => {
  it("of another token returns the same 404 as an unknown one", async () => {
    const token = await accessToken(acme);
    for (const list of ["events.json", "events/paid.json", "events.json?page=0"]) {
      const foreign = await read(`accounts/capek/${list}`, token);
      const unknown = await read(`accounts/nowhere/${list}`, token);
      expect(foreign.status).toBe(404);
      expect(JSON.parse(foreign.body)).toEqual(problem("not_found"));
      expect(comparable(foreign)).toEqual(comparable(unknown));
      expect(Object.keys(foreign.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
    }
  });

  it("cannot be read with another account's token", async () => {
    const [ours, theirs] = [await accessToken(acme), await accessToken(capek)];
    const subject = "events.json?subject_id=con_contoso_india";
    const own = await read(`accounts/capek/${subject}`, theirs);
    expect(JSON.parse(own.body)).toHaveLength(1);
    expect(own.body).toContain("inv_of_capek");
    for (const path of [subject, "events.json", "events/paid.json"]) {
      // The second time it is known who asks for what, and reads begin earlier.
      for (let time = 0; time < 2; time++) {
        expect((await read(`accounts/acme/${path}`, ours)).body).not.toContain("inv_of_capek");
        expect((await read(`accounts/capek/${path}`, ours)).status).toBe(404);
        expect((await read(`accounts/acme/${path}`, theirs)).status).toBe(404);
      }
    }
    const pat = await stack.token([acme.org_id], ["AIBooks.fullaccess.all"]);
    expect((await read("accounts/capek/events.json", pat.secret)).status).toBe(404);
    expect((await read("accounts/acme/events.json", pat.secret)).status).toBe(200);
  });

  it("is found by a new slug immediately", async () => {
    const client = await anAccount("org_fakturoid_moving", "moving");
    const token = await accessToken(client);
    expect((await read("accounts/moving/events.json", token)).status).toBe(200);
    await stack.admin({ action: "org.update", org_id: client.org_id, slug: "moved" });
    expect((await read("accounts/moved/events.json", token)).status).toBe(200);
  });
});

describe("access token", () => {
  it("is issued by both paths, to forms and JSON, in both Base64 alphabets", async () => {
    const json = { body: '{"grant_type":"client_credentials"}', type: "application/json" };
    for (const path of ["token", "token.json"]) {
      for (const sent of [{ body: `${grant}&code_verifier=x` }, json]) {
        for (const encoding of ["base64", "base64url"] as const) {
          const response = await post(path, { ...sent, authorization: basic(acme.id, acme.secret, encoding) });
          expect(response.status).toBe(200);
          expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
          expect(response.headers.get("cache-control")).toBe("no-store");
          accessTokenAnswer.parse(await response.json());
        }
      }
    }
  });

  it("errors have the codes of OAuth", async () => {
    const pat = await stack.token([acme.org_id], ["AIBooks.fullaccess.all"]);
    const cases: readonly [Sent, number, string][] = [
      [{ body: grant }, 401, "invalid_client"],
      [{ body: grant, authorization: basic(capek.id, acme.secret) }, 401, "invalid_client"],
      [{ body: grant, authorization: basic(pat.token_id, pat.secret) }, 401, "invalid_client"],
      [{ body: "grant_type=password", ...credentials(acme) }, 400, "unsupported_grant_type"],
      [{ body: "", ...credentials(acme) }, 400, "invalid_request"],
      [{ body: grant, type: "text/plain", ...credentials(acme) }, 415, "unsupported_media_type"],
      [{ body: grant, type: "application/json", ...credentials(acme) }, 400, "invalid_request"],
    ];
    for (const [sent, status, error] of cases) {
      const response = await post("token", sent);
      expect([response.status, await response.json()]).toEqual([status, problem(error)]);
      expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
      // A client gets the rate-limit headers with any error.
      expect(response.headers.has("x-ratelimit")).toBe(status !== 401);
    }
    const got = await stack.get("/api/v3/oauth/token", credentials(acme));
    expect([got.status, got.headers.get("allow"), await got.json()]).toEqual([
      405,
      "POST",
      problem("method_not_allowed"),
    ]);
  });

  it("is the same for thirty requests of a client, which share the client's rate limit", async () => {
    const client = await aClientOf(acme.org_id);
    const answers = await until(async () => {
      // A minute that ends in between is tried again.
      const window = windowStart(new Date()).getTime();
      const tokens = await Promise.all(Array.from({ length: 30 }, () => accessToken(client)));
      expect(new Set(tokens).size).toBe(1);
      const read5 = await Promise.all(tokens.slice(0, 5).map((token) => read("accounts/acme/events/paid.json", token)));
      return window === windowStart(new Date()).getTime() && read5;
    });
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const left = answers.map(({ headers }) => Number(/;r=(\d+);/.exec(headers["x-ratelimit"] ?? "")?.[1]));
    expect(Math.min(...left)).toBeLessThanOrEqual(400 - 35);
  });

  it("returns the common 401 after its expiry", async () => {
    const client = await aClientOf(acme.org_id);
    const token = deriveAccessToken(client.secret, "over");
    const created_at = new Date(Date.now() - 7_201_000).toISOString();
    const grant = { salt: "over", created_at, expires_at: new Date(Date.now() - 1_000).toISOString() };
    const issued = createAccessGrantStore(stack.dynamodb, stack.tables.config ?? "");
    expect(await issued.replace(client.id, {}, { [hashToken(token)]: grant })).toBe(true);
    const expired = await read("accounts/acme/events.json", token);
    expect([expired.status, JSON.parse(expired.body)]).toEqual([401, problem("unauthorized")]);
    const unknown = await read("accounts/acme/events.json", deriveAccessToken(client.secret, "other"));
    expect(comparable(expired)).toEqual(comparable(unknown));
  });

  it("can be revoked by its own client only", async () => {
    const client = await aClientOf(acme.org_id);
    const token = await accessToken(client);
    const revoke = (secret: string, client: ApiClient, path = "revoke") =>
      post(path, { body: JSON.stringify({ token: secret }), type: "application/json", ...credentials(client) });
    expect((await revoke(token, capek)).status).toBe(200);
    expect((await revoke("junk", client)).status).toBe(200);
    expect((await read("user.json", token)).status).toBe(200);
    expect((await revoke(token, client, "revoke.json")).status).toBe(200);
    expect((await read("user.json", token)).status).toBe(401);
    const other = await accessToken(client);
    expect(other).not.toBe(token);
    expect((await read("user.json", other)).status).toBe(200);
  });

  it("is invalid immediately after its client was revoked, and no new one is issued", async () => {
    const client = await aClientOf(acme.org_id);
    const tokens = [await accessToken(client), await accessToken(client)];
    for (const token of tokens) expect((await read("user.json", token)).status).toBe(200);
    await stack.admin({ action: "token.revoke", token_id: client.id });
    for (const token of tokens) expect((await read("user.json", token)).status).toBe(401);
    const response = await post("token", { body: grant, ...credentials(client) });
    expect([response.status, await response.json()]).toEqual([401, problem("invalid_client")]);
  });

  it("gives no access to OAuth and webhooks, and a client's secret none to events", async () => {
    const token = await accessToken(acme);
    const asClient = basic(toTokenId(hashToken(token)), token);
    expect((await post("token", { body: grant, authorization: asClient })).status).toBe(401);
    const webhooks = await stack.get("/api/public/v1/webhooks/endpoints", { authorization: `Bearer ${token}` });
    expect(webhooks.status).toBe(403);
    expect((await read("accounts/acme/events.json", acme.secret)).status).toBe(403);
    const feed = await stack.get("/api/public/v1/activity", { authorization: `Bearer ${acme.secret}` });
    expect(feed.status).toBe(403);
  });
});

it("Fakturoid API never logs a secret", async () => {
  const token = await accessToken(acme);
  await read("accounts/acme/events.json", token);
  await post("revoke", { body: `token=${token}`, ...credentials(acme) });
  const tokenId = toTokenId(hashToken(token));
  const logged = await until(() => {
    const logs = readLogs(stack.logs);
    return logs.includes(tokenId) && logs.includes(acme.id) && logs;
  });
  const encoded = basic(acme.id, acme.secret).slice("Basic ".length);
  for (const hidden of [token, acme.secret, capek.secret, encoded, hashToken(token)]) {
    expect(logged).not.toContain(hidden);
  }
});
