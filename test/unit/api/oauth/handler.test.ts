import { beforeEach, describe, expect, it } from "vitest";
import { clientScope } from "#shared/auth/caller.ts";
import { deriveAccessToken, isWellFormedToken } from "#shared/auth/token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import { aClient, aSecretOf, basic, oauthDialect } from "#test/support/api/fakturoid-dialect.ts";
import { aSecret, aToken, testNow } from "#test/support/builders.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

const client = aClient();
const secret = aSecretOf("client");
const other = { secret: aSecretOf("client", 2), token: aClient({ org_ids: ["org_b"] }, aSecretOf("client", 2)) };
const credentials = "grant_type=client_credentials";
const json = "application/json";

describe("POST /oauth/token, response", () => {
  it("contains exactly the vendor's fields", async () => {
    const { post } = oauthDialect();
    const { status, headers, body, said } = await post("token");
    expect(status).toBe(200);
    expect(said.access_token).toMatch(/^[0-9a-f]{80}$/);
    expect(body).toBe(`{"access_token":"${said.access_token}","token_type":"Bearer","expires_in":7200}`);
    expect(headers).toEqual({
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "strict-transport-security": "max-age=31536000",
      "x-content-type-options": "nosniff",
      pragma: "no-cache",
      "x-ratelimit-policy": "default;q=400;w=60",
      "x-ratelimit": "default;r=399;t=30",
      "x-request-id": "req-1",
    });
  });

  it("stores the token by its hash for two hours with its client", async () => {
    const { token, grantOf } = oauthDialect();
    expect(grantOf(await token())).toEqual({
      salt: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      created_at: "2026-06-01T12:00:30.000Z",
      expires_at: "2026-06-01T14:00:30.000Z",
    });
  });

  it("contains the scope only when the request names another one (RFC 6749, section 5.1)", async () => {
    const { post } = oauthDialect();
    const scopeFor = async (fields: string) =>
      (await post("token", { body: `grant_type=client_credentials${fields}` })).said.scope;
    expect(await scopeFor("&scope=all")).toBe("AIBooks.activity.READ");
    for (const fields of ["", "&scope=", "&scope=AIBooks.activity.READ"])
      expect(await scopeFor(fields)).toBeUndefined();
  });

  it("returns the same token with its remaining lifetime while more than half of it is left", async () => {
    const { post, clock, replace } = oauthDialect();
    const first = (await post("token")).said;
    clock.now = new Date("2026-06-01T13:00:29.000Z");
    expect((await post("token")).said).toEqual({ ...first, expires_in: 3_601 });
    expect(replace).toHaveBeenCalledTimes(1);
    clock.now = new Date("2026-06-01T13:00:30.000Z");
    const second = (await post("token")).said;
    expect(second.access_token).not.toBe(first.access_token);
    expect(second.expires_in).toBe(7_200);
    expect(replace).toHaveBeenCalledTimes(2);
  });

  it("stores at most two tokens, however often a client requests one in a day", async () => {
    const { token, clock, given, revoke } = oauthDialect();
    const held = () => Object.keys(given.get(client.token_id) ?? {}).length;
    for (let minute = 0; minute < 1_440; minute += 7) {
      clock.now = new Date(testNow.getTime() + minute * 60_000);
      await token();
      expect(held()).toBeLessThanOrEqual(2);
    }
    expect(revoke).not.toHaveBeenCalled();
  });

  it("returns a new token after the old one was revoked and removed", async () => {
    const { post, token, replace, grants, given } = oauthDialect();
    const tokens: string[] = [];
    for (let n = 0; n < 3; n++) {
      const issued = await token();
      tokens.push(issued);
      await post("revoke", { body: `token=${issued}` });
    }
    expect(new Set(tokens).size).toBe(3);
    expect(tokens.every(isWellFormedToken)).toBe(true);
    expect(given.get(client.token_id)).toEqual({});
    const stored = JSON.stringify([
      replace.mock.calls,
      await Promise.all(grants.mock.results.map(({ value }) => value)),
    ]);
    for (const issued of tokens) expect(stored).not.toContain(issued);
  });

  it("returns the token that was stored first to all concurrent requests", async () => {
    const { token, replace, given } = oauthDialect();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => token()));
    expect(new Set(tokens).size).toBe(1);
    expect(replace.mock.calls.length).toBeGreaterThan(1);
    expect(Object.keys(given.get(client.token_id) ?? {})).toHaveLength(1);
  });

  it("returns 503 with Retry-After after repeated write conflicts", async () => {
    const { post, replace } = oauthDialect();
    replace.mockResolvedValue(false);
    expect(await post("token")).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
  });
});

describe("POST /oauth/token, request", () => {
  it.each([
    ["a form", credentials, "application/x-www-form-urlencoded"],
    ["a form with a charset", credentials, "Application/X-WWW-Form-URLEncoded; charset=UTF-8"],
    ["JSON", '{"grant_type":"client_credentials"}', json],
    ["JSON with a charset", '{"grant_type":"client_credentials"}', "application/json; charset=utf-8"],
    ["PKCE's parameters", `${credentials}&code_verifier=abc&code_challenge=x&code_challenge_method=S256`, undefined],
    ["PKCE's parameters in JSON", '{"grant_type":"client_credentials","code_verifier":"abc","scope":null}', json],
    ["scopes and other parameters", `scope=all&${credentials}&client_id=x&__proto__=y`, undefined],
  ])("accepts %s", async (_, body, type) => {
    const { post } = oauthDialect();
    expect((await post("token", { body, ...(type !== undefined && { type }) })).status).toBe(200);
    expect((await post("token.json", { body, ...(type !== undefined && { type }) })).status).toBe(200);
  });

  it.each([
    ["no grant", "scope=x", "grant_type"],
    ["an empty form", "", "grant_type"],
  ])("with %s names the missing field", async (_, body, field) => {
    const { post, replace } = oauthDialect();
    const { status, said } = await post("token", { body });
    expect([status, said]).toEqual([
      400,
      { error: "invalid_request", error_description: expect.stringContaining(field) },
    ]);
    expect(replace).not.toHaveBeenCalled();
  });

  it.each(["[]", "null", "7", '"client_credentials"', "{}"])(
    "with the JSON %s names the missing field",
    async (body) => {
      const { status, said } = await oauthDialect().post("token", { body, type: json });
      expect([status, said.error]).toEqual([400, "invalid_request"]);
    },
  );

  it.each(["authorization_code", "refresh_token", "password", "CLIENT_CREDENTIALS", "client_credentials ", "toString"])(
    "refuses the grant %j",
    async (grant) => {
      const { post, replace } = oauthDialect();
      for (const asked of [
        { body: new URLSearchParams({ grant_type: grant, code: "x" }).toString() },
        { body: JSON.stringify({ grant_type: grant }), type: json },
      ]) {
        const { status, said } = await post("token", asked);
        expect([status, said]).toEqual([
          400,
          { error: "unsupported_grant_type", error_description: expect.any(String) },
        ]);
      }
      expect(replace).not.toHaveBeenCalled();
    },
  );

  it.each([7, true, ["client_credentials"], { a: 1 }])("refuses a grant that is not text: %j", async (grant) => {
    const { post, replace } = oauthDialect();
    const { status } = await post("token", { body: JSON.stringify({ grant_type: grant }), type: json });
    expect(status).toBe(400);
    expect(replace).not.toHaveBeenCalled();
  });

  // RFC 6749, section 3.2: parameters without a value are treated as if they were omitted, and none may be repeated.
  it("with an empty grant names the missing field", async () => {
    const { status, said } = await oauthDialect().post("token", { body: "grant_type=" });
    expect([status, said.error]).toEqual([400, "invalid_request"]);
  });

  it("refuses two grants", async () => {
    const { post, replace } = oauthDialect();
    const { status, said } = await post("token", { body: `grant_type=password&${credentials}` });
    expect([status, said.error]).toEqual([400, "invalid_request"]);
    expect(replace).not.toHaveBeenCalled();
  });

  it("returns 415, 400 or 413 for another media type, malformed or too large bodies", async () => {
    const { post, replace } = oauthDialect();
    const asked = async (body: string, type: string | null) => {
      const { status, said } = await post("token", { body, type });
      return [status, said.error];
    };
    expect(await asked(credentials, "text/plain")).toEqual([415, "unsupported_media_type"]);
    expect(await asked(credentials, null)).toEqual([415, "unsupported_media_type"]);
    expect(await asked(credentials, json)).toEqual([400, "invalid_request"]);
    expect(await asked(`${credentials}&x=${"x".repeat(65_536)}`, "application/x-www-form-urlencoded")).toEqual([
      413,
      "payload_too_large",
    ]);
    expect(replace).not.toHaveBeenCalled();
  });
});

describe("client authentication", () => {
  /** Texts whose Base 64 is not the same in both alphabets: the secrets of today have none. */
  const id = "cl>>>ient???~~~";

  it.each([
    ["standard", basic(id, secret)],
    ["standard, without padding", basic(id, secret).replace(/=+$/, "")],
    ["of URLs", basic(id, secret, "base64url")],
    ["of URLs, with padding", basic(id, secret).replaceAll("+", "-").replaceAll("/", "_")],
    ["either, in other spellings of the scheme", basic(id, secret).replace("Basic ", "bAsIc   ")],
  ])("accepts Base64 in the alphabet %s", async (_, authorization) => {
    expect(basic(id, secret)).toMatch(/\+.*\/|\/.*\+/);
    expect(basic(id, secret)).toMatch(/=$/);
    const { post } = oauthDialect([{ ...client, token_id: id }]);
    expect((await post("token", { authorization })).status).toBe(200);
    expect((await post("revoke", { authorization, body: "token=x" })).status).toBe(200);
  });

  it("refuses a malformed secret without a read", async () => {
    const { post, count } = oauthDialect();
    for (const impossible of ["ž:>?~🧾", "x", `${secret}:`, "\u0000", "x".repeat(5_000)]) {
      expect((await post("token", { authorization: basic(client.token_id, impossible) })).status).toBe(401);
    }
    expect(count).not.toHaveBeenCalled();
  });

  const pat = aSecret();
  const key = aSecretOf("key");
  const access = deriveAccessToken(secret, "salt");
  const full = ["AIBooks.fullaccess.all"];
  const known = [
    client,
    other.token,
    aToken({ scopes: full }, pat),
    aToken({}, key),
    aToken({ client_id: client.token_id, expires_at: "2026-06-01T14:00:00.000Z" }, access),
  ];
  const idOf = (text: string) => aToken({}, text).token_id;
  const encoded = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  it.each<[string, string | null]>([
    ["without credentials", null],
    ["with empty ones", ""],
    ["of another scheme", `Bearer ${secret}`],
    ["with nothing after the scheme", "Basic "],
    ["with what is no Base 64", "Basic ???"],
    ["with two values", `${basic(client.token_id, secret)} x`],
    ["with too much padding", `${basic(client.token_id, secret).replace(/=*$/, "")}===`],
    ["without a colon", encoded(secret)],
    ["without a secret", encoded(`${client.token_id}:`)],
    ["without an id", encoded(`:${secret}`)],
    ["of a wrong id for the right secret", basic(other.token.token_id, secret)],
    ["of an id with a blank after it", basic(`${client.token_id} `, secret)],
    ["of a wrong secret", basic(client.token_id, aSecretOf("client", 9))],
    ["of another client's secret", basic(client.token_id, other.secret)],
    ["of a mistyped secret", basic(client.token_id, `${secret.slice(0, -1)}0`)],
    ["of id and secret the wrong way round", basic(secret, client.token_id)],
    ["by a personal token of full access", basic(idOf(pat), pat)],
    ["by a key of the SimplyBooks dialect", basic(idOf(key), key)],
    ["by an access token", basic(idOf(access), access)],
    ["by an access token under the client's id", basic(client.token_id, access)],
  ])("%s returns the same invalid_client", async (_, authorization) => {
    const { post, replace, revoke } = oauthDialect(known);
    for (const path of ["token", "token.json", "revoke", "revoke.json"]) {
      const { status, headers, body } = await post(path, { authorization });
      expect(status).toBe(401);
      expect(body).toBe(
        '{"error":"invalid_client","error_description":"Invalid or revoked client. Check its id and secret."}',
      );
      expect(headers["www-authenticate"]).toMatch(/^Basic\b/);
      expect(headers).not.toHaveProperty("x-ratelimit");
    }
    expect(replace).not.toHaveBeenCalled();
    expect(revoke).not.toHaveBeenCalled();
  });

  it.each([{ revoked_at: "2026-05-01T00:00:00.000Z" }, { expires_at: testNow.toISOString() }, { scopes: full }])(
    "returns invalid_client for a client that is no longer valid: %j",
    async (over) => {
      const { post, replace } = oauthDialect([aClient(over)]);
      expect((await post("token")).said.error).toBe("invalid_client");
      expect(replace).not.toHaveBeenCalled();
    },
  );

  it("accepts a client with further scopes", async () => {
    expect((await oauthDialect([aClient({ scopes: [...full, clientScope] })]).post("token")).status).toBe(200);
  });

  it("returns invalid_client when the client is revoked during the request", async () => {
    const { post, grants } = oauthDialect();
    grants.mockResolvedValue(null);
    const { status, said } = await post("token");
    expect([status, said.error]).toEqual([401, "invalid_client"]);
    expect(lines).toMatchObject([{ status: 401, token_id: client.token_id }]);
    expect(lines[0]).not.toHaveProperty("issued_token_id");
  });

  it("returns a store error as such, not as invalid_client", async () => {
    const { post, count, grants } = oauthDialect();
    const busy = new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 });
    grants.mockRejectedValueOnce(busy);
    expect(await post("token")).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    count.mockRejectedValueOnce(busy);
    expect((await post("token")).said.error).toBe("service_unavailable");
    count.mockRejectedValueOnce(new Error("hunter2"));
    const { status, body } = await post("token");
    expect(status).toBe(500);
    expect(body).not.toContain("hunter2");
  });

  it("returns invalid_client before any error of the body", async () => {
    const { post } = oauthDialect();
    const wrong = { authorization: null, body: "no json", type: json };
    expect((await post("token", wrong)).said.error).toBe("invalid_client");
  });
});

describe("POST /oauth/revoke", () => {
  const revoked = (token: string) => ({ body: JSON.stringify({ token }), type: json });

  it("revokes a token of the client by JSON and by form, also repeatedly", async () => {
    const { post, token, grantOf, clock } = oauthDialect();
    const one = await token();
    clock.now = new Date("2026-06-01T13:30:00.000Z");
    const two = await token();
    const { status, headers, body } = await post("revoke", revoked(one));
    expect([status, body]).toEqual([200, "{}"]);
    expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    expect([grantOf(one), grantOf(two)]).toEqual([undefined, expect.anything()]);
    expect((await post("revoke", revoked(one))).status).toBe(200);
    expect(grantOf(two)).toBeDefined();
    expect((await post("revoke.json", { body: `token=${two}&token_type_hint=access_token` })).status).toBe(200);
    expect(grantOf(two)).toBeUndefined();
  });

  it("returns 200 and revokes nothing for an unknown, malformed or other client's token", async () => {
    const pat = aSecret();
    const { post, token, given } = oauthDialect([
      client,
      other.token,
      aToken({ scopes: ["AIBooks.fullaccess.all"] }, pat),
    ]);
    const own = await token();
    const foreign = await token({ authorization: basic(other.token.token_id, other.secret) });
    const before = structuredClone(given);
    const last = own.endsWith("0") ? "1" : "0";
    for (const text of [
      foreign,
      pat,
      secret,
      other.secret,
      client.token_id,
      own.toUpperCase(),
      `${own} `,
      `${own.slice(0, -1)}${last}`,
      deriveAccessToken(other.secret, "unknown"),
      "x",
      "x".repeat(10_000),
      "\u0000",
    ]) {
      const { status, body } = await post("revoke", revoked(text));
      expect([status, body]).toEqual([200, "{}"]);
    }
    expect(given).toEqual(before);
  });

  it.each<[string, unknown]>([
    ["no token", {}],
    ["an empty one", { token: "" }],
    ["none", { token: null }],
    ["what is no text", { token: 7 }],
    ["a list", { token: ["x"] }],
  ])("refuses %s", async (_, body) => {
    const { post, revoke } = oauthDialect();
    const { status, said } = await post("revoke", { body: JSON.stringify(body), type: json });
    expect([status, said]).toEqual([
      400,
      { error: "invalid_request", error_description: expect.stringContaining("token") },
    ]);
    expect(revoke).not.toHaveBeenCalled();
  });

  it("makes no store call when the client cannot have issued such a token", async () => {
    const { post, revoke } = oauthDialect();
    await post("revoke", revoked("junk"));
    expect(revoke).not.toHaveBeenCalled();
  });
});

describe("rate limit of a client", () => {
  it.each([
    [1, 200, "default;r=399;t=30"],
    [400, 200, "default;r=0;t=30"],
    [401, 429, "default;r=0;t=30"],
  ])("at %i uses returns the header %i", async (used, expected, rate) => {
    const { post, replace } = oauthDialect([client], { used });
    const { status, headers, said } = await post("token");
    expect([status, headers["x-ratelimit"]]).toEqual([expected, rate]);
    expect(headers["x-ratelimit-policy"]).toBe("default;q=400;w=60");
    expect(headers["retry-after"]).toBe(expected === 429 ? "30" : undefined);
    expect(said.error).toBe(expected === 429 ? "too_many_requests" : undefined);
    expect(replace).toHaveBeenCalledTimes(expected === 429 ? 0 : 1);
  });

  it.each([
    [0, "default;r=400;t=30"],
    [399, "default;r=1;t=30"],
    [5_000, "default;r=0;t=30"],
  ])("at %i uses is in the response of a revocation, which is not counted", async (counted, rate) => {
    const { post, count } = oauthDialect([client], { used: counted + 1 });
    const { status, headers } = await post("revoke", { body: "token=x" });
    expect([status, headers["x-ratelimit"]]).toEqual([200, rate]);
    expect(count).not.toHaveBeenCalled();
  });

  it("exceeded by its access token does not prevent getting and revoking that token", async () => {
    const { post, token, given, grantOf, get, count, replace } = oauthDialect();
    const leaked = await token();
    count.mockResolvedValue({ token: { ...client, suspended_org_ids: [] }, used: 401 });
    get.mockResolvedValue({ token: { ...client, suspended_org_ids: [] }, used: 5_000 });
    for (let n = 0; n < 3; n++) expect((await post("token")).said.access_token).toBe(leaked);
    expect(replace).toHaveBeenCalledTimes(1);
    expect((await post("revoke", { body: `token=${leaked}` })).status).toBe(200);
    expect(grantOf(leaked)).toBeUndefined();
    expect(await post("token")).toMatchObject({ status: 429, headers: { "retry-after": "30" } });
    expect(given.get(client.token_id)).toEqual({});
  });

  it("a revocation without a stored token writes nothing", async () => {
    const { post, revoke } = oauthDialect();
    const unknown = deriveAccessToken(secret, "unknown");
    for (let n = 0; n < 3; n++) expect((await post("revoke", { body: `token=${unknown}` })).status).toBe(200);
    expect(revoke).not.toHaveBeenCalled();
  });

  it("is in error responses, too", async () => {
    const { headers } = await oauthDialect().post("token", { body: "grant_type=password" });
    expect(headers["x-ratelimit"]).toBe("default;r=399;t=30");
  });
});

describe("unknown paths, methods and clients", () => {
  it.each(["GET", "HEAD", "PUT", "DELETE", "PATCH"])("%s returns 405 with Allow: POST", async (method) => {
    const { post, count } = oauthDialect();
    for (const path of ["token", "token.json", "revoke", "revoke.json"]) {
      const { status, headers, said } = await post(path, { method });
      expect([status, headers.allow, said.error]).toEqual([405, "POST", "method_not_allowed"]);
    }
    expect(count).not.toHaveBeenCalled();
  });

  it.each(["", "authorize", "token/", "token.xml", "tokens", "token.json.json", "Token"])(
    "%j returns 404",
    async (path) => {
      const { status, said } = await oauthDialect().post(path);
      expect([status, said.error]).toEqual([404, "not_found"]);
    },
  );

  it.each([null, "", " "])("without a User-Agent (%j) return 400 before any other check", async (userAgent) => {
    const { post, count } = oauthDialect();
    for (const path of ["token", "revoke", "nowhere"]) {
      const { status, body } = await post(path, { userAgent, authorization: null });
      expect([status, body]).toEqual([
        400,
        '{"error":"invalid_request","error_description":"Required header \\"User-Agent\\" is missing"}',
      ]);
    }
    expect(count).not.toHaveBeenCalled();
  });
});

it("audit line of OAuth contains the client and the id of the issued token, but no secret", async () => {
  const { post, token } = oauthDialect();
  const issued = await token();
  await post("revoke", { body: `token=${issued}` });
  await post("token", { authorization: basic("x", secret) });
  await post("token", { body: `grant_type=${issued}` });
  const by = { token_id: client.token_id, org_id: client.org_ids[0] };
  const { token_id: issued_token_id } = aToken({}, issued);
  expect(
    lines.map(({ status, route, token_id, org_id, issued_token_id }) => ({
      status,
      route,
      token_id,
      org_id,
      issued_token_id,
    })),
  ).toEqual([
    { ...by, status: 200, route: "token", issued_token_id },
    { ...by, status: 200, route: "revoke" },
    { status: 401, route: "token", token_id: client.token_id },
    { ...by, status: 400, route: "token" },
  ]);
  const logged = JSON.stringify(lines);
  for (const hidden of [secret, issued, basic(client.token_id, secret).slice(6)]) expect(logged).not.toContain(hidden);
});
