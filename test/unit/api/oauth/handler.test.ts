import { beforeEach, describe, expect, it } from "vitest";
import { clientScope } from "#shared/auth/caller.ts";
import { deriveAccessToken, isWellFormedToken } from "#shared/auth/token.ts";
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

describe("an access token", () => {
  it("is issued to a client, in the vendor's words and no others", async () => {
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

  it("is stored with its client, by its hash, for two hours", async () => {
    const { token, grantOf } = oauthDialect();
    expect(grantOf(await token())).toEqual({
      salt: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      created_at: "2026-06-01T12:00:30.000Z",
      expires_at: "2026-06-01T14:00:30.000Z",
    });
  });

  it("is said to have its own scope where another was asked for (RFC 6749, section 5.1), and only there", async () => {
    const { post } = oauthDialect();
    const scopeFor = async (fields: string) =>
      (await post("token", { body: `grant_type=client_credentials${fields}` })).said.scope;
    expect(await scopeFor("&scope=all")).toBe("AIBooks.activity.READ");
    for (const fields of ["", "&scope=", "&scope=AIBooks.activity.READ"])
      expect(await scopeFor(fields)).toBeUndefined();
  });

  it("is given again while more than half of its time is left, with the time that it has", async () => {
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

  it("is one of two at most, however often a client asks in a day", async () => {
    const { token, clock, given, revoke } = oauthDialect();
    const held = () => Object.keys(given.get(client.token_id) ?? {}).length;
    for (let minute = 0; minute < 1_440; minute += 7) {
      clock.now = new Date(testNow.getTime() + minute * 60_000);
      await token();
      expect(held()).toBeLessThanOrEqual(2);
    }
    expect(revoke).not.toHaveBeenCalled();
  });

  it("is another one once it was revoked, and is kept nowhere", async () => {
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

  it("is the same for all who ask at once: the one that was stored first", async () => {
    const { token, replace, given } = oauthDialect();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => token()));
    expect(new Set(tokens).size).toBe(1);
    expect(replace.mock.calls.length).toBeGreaterThan(1);
    expect(Object.keys(given.get(client.token_id) ?? {})).toHaveLength(1);
  });

  it("is not given while others are always first, and the client is asked to come again", async () => {
    const { post, replace } = oauthDialect();
    replace.mockResolvedValue(false);
    expect(await post("token")).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
  });
});

describe("a request for a token", () => {
  it.each([
    ["a form", credentials, "application/x-www-form-urlencoded"],
    ["a form with a charset", credentials, "Application/X-WWW-Form-URLEncoded; charset=UTF-8"],
    ["JSON", '{"grant_type":"client_credentials"}', json],
    ["JSON with a charset", '{"grant_type":"client_credentials"}', "application/json; charset=utf-8"],
    ["PKCE's parameters", `${credentials}&code_verifier=abc&code_challenge=x&code_challenge_method=S256`, undefined],
    ["PKCE's parameters in JSON", '{"grant_type":"client_credentials","code_verifier":"abc","scope":null}', json],
    ["scopes and other parameters", `scope=all&${credentials}&client_id=x&__proto__=y`, undefined],
  ])("may be %s", async (_, body, type) => {
    const { post } = oauthDialect();
    expect((await post("token", { body, ...(type !== undefined && { type }) })).status).toBe(200);
    expect((await post("token.json", { body, ...(type !== undefined && { type }) })).status).toBe(200);
  });

  it.each([
    ["no grant", "scope=x", "grant_type"],
    ["an empty form", "", "grant_type"],
  ])("with %s is told what is missing", async (_, body, field) => {
    const { post, replace } = oauthDialect();
    const { status, said } = await post("token", { body });
    expect([status, said]).toEqual([
      400,
      { error: "invalid_request", error_description: expect.stringContaining(field) },
    ]);
    expect(replace).not.toHaveBeenCalled();
  });

  it.each(["[]", "null", "7", '"client_credentials"', "{}"])(
    "with the JSON %s is told what is missing",
    async (body) => {
      const { status, said } = await oauthDialect().post("token", { body, type: json });
      expect([status, said.error]).toEqual([400, "invalid_request"]);
    },
  );

  it.each(["authorization_code", "refresh_token", "password", "CLIENT_CREDENTIALS", "client_credentials ", "toString"])(
    "for the grant %j is refused",
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

  it.each([7, true, ["client_credentials"], { a: 1 }])("for a grant that is no text is refused: %j", async (grant) => {
    const { post, replace } = oauthDialect();
    const { status } = await post("token", { body: JSON.stringify({ grant_type: grant }), type: json });
    expect(status).toBe(400);
    expect(replace).not.toHaveBeenCalled();
  });

  // RFC 6749, section 3.2: parameters without a value are treated as if they were omitted, and none may be repeated.
  it("with an empty grant is told that it is missing", async () => {
    const { status, said } = await oauthDialect().post("token", { body: "grant_type=" });
    expect([status, said.error]).toEqual([400, "invalid_request"]);
  });

  it("with two grants is refused", async () => {
    const { post, replace } = oauthDialect();
    const { status, said } = await post("token", { body: `grant_type=password&${credentials}` });
    expect([status, said.error]).toEqual([400, "invalid_request"]);
    expect(replace).not.toHaveBeenCalled();
  });

  it("of another type, malformed or too large is refused as such", async () => {
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

describe("a client", () => {
  /** Texts whose Base 64 is not the same in both alphabets: the secrets of today have none. */
  const id = "cl>>>ient???~~~";

  it.each([
    ["standard", basic(id, secret)],
    ["standard, without padding", basic(id, secret).replace(/=+$/, "")],
    ["of URLs", basic(id, secret, "base64url")],
    ["of URLs, with padding", basic(id, secret).replaceAll("+", "-").replaceAll("/", "_")],
    ["either, in other spellings of the scheme", basic(id, secret).replace("Basic ", "bAsIc   ")],
  ])("is known in the alphabet %s", async (_, authorization) => {
    expect(basic(id, secret)).toMatch(/\+.*\/|\/.*\+/);
    expect(basic(id, secret)).toMatch(/=$/);
    const { post } = oauthDialect([{ ...client, token_id: id }]);
    expect((await post("token", { authorization })).status).toBe(200);
    expect((await post("revoke", { authorization, body: "token=x" })).status).toBe(200);
  });

  it("with a secret that none can be is refused without a read", async () => {
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
  ])("%s is unknown, in the same words each time", async (_, authorization) => {
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
    "that is no client any more is unknown: %j",
    async (over) => {
      const { post, replace } = oauthDialect([aClient(over)]);
      expect((await post("token")).said.error).toBe("invalid_client");
      expect(replace).not.toHaveBeenCalled();
    },
  );

  it("that has the scope of clients beside others is one", async () => {
    expect((await oauthDialect([aClient({ scopes: [...full, clientScope] })]).post("token")).status).toBe(200);
  });

  it("that is revoked while it asks is unknown", async () => {
    const { post, grants } = oauthDialect();
    grants.mockResolvedValue(null);
    const { status, said } = await post("token");
    expect([status, said.error]).toEqual([401, "invalid_client"]);
    expect(lines).toMatchObject([{ status: 401, token_id: client.token_id }]);
    expect(lines[0]).not.toHaveProperty("issued_token_id");
  });

  it("learns of trouble as such, not that it were unknown", async () => {
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

  it("is told first that it is unknown: a mistake in the body comes after", async () => {
    const { post } = oauthDialect();
    const wrong = { authorization: null, body: "no json", type: json };
    expect((await post("token", wrong)).said.error).toBe("invalid_client");
  });
});

describe("revocation", () => {
  const revoked = (token: string) => ({ body: JSON.stringify({ token }), type: json });

  it("ends a token of the client, by JSON and by a form, once and again", async () => {
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

  it("of what is unknown, malformed or somebody else's is 200 as well, and ends nothing", async () => {
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
  ])("of %s is refused", async (_, body) => {
    const { post, revoke } = oauthDialect();
    const { status, said } = await post("revoke", { body: JSON.stringify(body), type: json });
    expect([status, said]).toEqual([
      400,
      { error: "invalid_request", error_description: expect.stringContaining("token") },
    ]);
    expect(revoke).not.toHaveBeenCalled();
  });

  it("asks the store for nothing where no such token can have been issued", async () => {
    const { post, revoke } = oauthDialect();
    await post("revoke", revoked("junk"));
    expect(revoke).not.toHaveBeenCalled();
  });
});

describe("the rate of a client", () => {
  it.each([
    [1, 200, "default;r=399;t=30"],
    [400, 200, "default;r=0;t=30"],
    [401, 429, "default;r=0;t=30"],
  ])("at %i uses is told with %i", async (used, expected, rate) => {
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
  ])("at %i uses is shown by a revocation, which is served and not counted", async (counted, rate) => {
    const { post, count } = oauthDialect([client], { used: counted + 1 });
    const { status, headers } = await post("revoke", { body: "token=x" });
    expect([status, headers["x-ratelimit"]]).toEqual([200, rate]);
    expect(count).not.toHaveBeenCalled();
  });

  it("that somebody uses up by its access token does not keep it from learning and revoking that token", async () => {
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

  it("does not make a write of a revocation that has nothing to revoke", async () => {
    const { post, revoke } = oauthDialect();
    const unknown = deriveAccessToken(secret, "unknown");
    for (let n = 0; n < 3; n++) expect((await post("revoke", { body: `token=${unknown}` })).status).toBe(200);
    expect(revoke).not.toHaveBeenCalled();
  });

  it("is told with mistakes, too", async () => {
    const { headers } = await oauthDialect().post("token", { body: "grant_type=password" });
    expect(headers["x-ratelimit"]).toBe("default;r=399;t=30");
  });
});

describe("other requests", () => {
  it.each(["GET", "HEAD", "PUT", "DELETE", "PATCH"])("%s is refused, and says to post", async (method) => {
    const { post, count } = oauthDialect();
    for (const path of ["token", "token.json", "revoke", "revoke.json"]) {
      const { status, headers, said } = await post(path, { method });
      expect([status, headers.allow, said.error]).toEqual([405, "POST", "method_not_allowed"]);
    }
    expect(count).not.toHaveBeenCalled();
  });

  it.each(["", "authorize", "token/", "token.xml", "tokens", "token.json.json", "Token"])(
    "for %j are not found",
    async (path) => {
      const { status, said } = await oauthDialect().post(path);
      expect([status, said.error]).toEqual([404, "not_found"]);
    },
  );

  it.each([null, "", " "])("without a User-Agent (%j) are refused before anything else", async (userAgent) => {
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

it("logs who asked for what, the id of what was issued, and no secret", async () => {
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
