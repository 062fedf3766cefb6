import { createHmac, createPublicKey } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { toPublicKey } from "#shared/auth/viewer-tokens/viewer-keys.ts";
import { isViewerOrigin } from "#shared/auth/viewer-tokens/viewer-origin.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { parseViewerToken } from "#shared/auth/viewer-tokens/viewer-token-format.ts";
import { dialect } from "#test/support/api/dialect.ts";
import { anEvent, aRequest, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { aViewerKey, aViewerToken, signedViewerToken } from "#test/support/viewer-tokens.ts";

const feed = "/api/public/v1/activity";
const page = "https://app.example.com";
const issuer = aToken({ token_id: aViewerToken().issuer_token_id });
const valid = signedViewerToken();
const [head = "", payload = "", signature = ""] = valid.split(".");

function ask(token: string, target = feed, headers: Record<string, string> = {}) {
  const test = dialect({ token: issuer, page: { events: [anEvent()], next: anEvent() } });
  const answer = () => test.answer(aRequest(target, { headers: { authorization: `Bearer ${token}`, ...headers } }));
  return { ...test, answer };
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The signature with the order of the group added to its second half: the same point, so a second text of one token. */
function malleated(): string {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const bytes = Buffer.from(signature, "base64url");
  const half = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + order;
  const changed = Buffer.from(half.toString(16).padStart(64, "0"), "hex").reverse();
  return Buffer.concat([bytes.subarray(0, 32), changed]).toString("base64url");
}

/** Signed by HMAC with the public key as its secret, as a verifier that trusts an algorithm in the token would accept. */
function hmacToken(): string {
  const signed = `${head}.${base64url({ ...aViewerToken({ org_id: "org_2" }), version: 1, alg: "HS256" })}`;
  const secret = createPublicKey({ key: toPublicKey(aViewerKey()).export({ format: "jwk" }), format: "jwk" });
  const spki = secret.export({ format: "der", type: "spki" });
  return `${signed}.${createHmac("sha512", spki).update(signed).digest("base64url")}`;
}

describe("a hostile visitor", () => {
  it.each([
    ["a JWT without an algorithm", `${base64url({ alg: "none" })}.${base64url(aViewerToken())}.`],
    ["a JWT behind the prefix", `${head}.${base64url({ alg: "none" })}.${base64url(aViewerToken())}.`],
    ["an HMAC by the public key", hmacToken()],
    ["a second signature of the same token", `${head}.${payload}.${malleated()}`],
    ["a signature of zeros", `${head}.${payload}.${"A".repeat(86)}`],
    ["the key id in upper case", valid.replace("0123456789abcdef", "0123456789ABCDEF")],
    ["a key id that names a property", valid.replace("0123456789abcdef", "__proto__")],
    ["a key id with a path", valid.replace("0123456789abcdef", "../../../../secr")],
    ["another purpose", valid.replace("aibooks_view_", "aibooks_pat_")],
    ["the prefix in upper case", valid.replace("aibooks_view_", "AIBOOKS_VIEW_")],
    ["two tokens", `${valid}, ${valid}`],
    ["a token with padding", `${valid}==`],
  ])("is refused with %s, without a call of a store", async (_, token) => {
    const { answer, get, count, read } = ask(token);
    expect((await catchRejection(answer())).code).toBe("unauthenticated");
    expect([get.mock.calls, count.mock.calls, read.mock.calls]).toEqual([[], [], []]);
  });

  it("cannot make a signature be checked for a text that is too long or of an unknown form", () => {
    const findKey = vi.fn(() => null);
    for (const text of [`${head}.${"A".repeat(10_000_000)}.${signature}`, `${head}.${payload}`, "aibooks_view_", ""]) {
      expect(parseViewerToken(text, findKey)).toBeNull();
    }
    expect(findKey).not.toHaveBeenCalled();
  });

  it("can use a token until the millisecond at which it expires", async () => {
    const at = (milliseconds: number) => new Date(testNow.getTime() + milliseconds).toISOString();
    expect((await ask(signedViewerToken({ expires_at: at(1) })).answer()).status).toBe(200);
    const error = await catchRejection(ask(signedViewerToken({ expires_at: at(0) })).answer());
    expect(error.code).toBe("unauthenticated");
  });

  it("cannot put the token into the query, where it would be logged", async () => {
    for (const name of ["access_token", "token"]) {
      const { answer, trace } = ask("", `${feed}?${name}=${valid}`);
      expect((await catchRejection(answer())).code).toBe("unauthenticated");
      expect(JSON.stringify(trace)).not.toContain(payload);
    }
  });

  it("leaves no token in the audit line by naming it as a document", async () => {
    // An id has at most 256 characters: a whole token is refused, its beginning is not.
    const start = valid.slice(0, 250);
    for (const [name, isRefused] of [[valid, true] as const, [start, false] as const]) {
      const { answer, trace } = ask(valid, `/api/public/v1/invoices/${name}/activity`);
      await (isRefused ? catchRejection(answer()) : answer());
      expect(trace.auditFields.entity_id).toBe("[token]");
    }
    const { answer, trace } = ask(valid, `${feed}?entity_id=${start}&actor_user_id=${start}`);
    await answer();
    expect(JSON.stringify(trace)).not.toContain("aibooks_view_");
  });

  it("gets no token in a response, nor in the link to the next page", async () => {
    const response = await ask(valid, `${feed}?limit=1`).answer();
    expect(response.headers.link).toMatch(/cursor=/);
    expect(JSON.stringify(response)).not.toContain("aibooks_view_");
  });

  it("gets pages that no shared cache keeps, and that vary by token and origin", async () => {
    const { headers } = await ask(valid, feed, { origin: page }).answer();
    expect(headers["cache-control"]).toBe("private, no-cache");
    expect(headers.vary?.split(", ")).toEqual(expect.arrayContaining(["authorization", "origin"]));
  });
});

describe("a hostile issuer", () => {
  it.each([
    ["a scope of servers", { scopes: ["AIBooks.tokens.MANAGE", "AIBooks.viewer_tokens.CREATE"] }],
    ["full access", { scopes: ["AIBooks.fullaccess.all"] }],
  ])("cannot give %s, even by a signed token", async (_, over) => {
    // The types forbid it, so this is what a faulty release could sign.
    const token = signedViewerToken(JSON.parse(JSON.stringify(over)) satisfies Partial<ViewerToken>);
    expect((await catchRejection(ask(token).answer())).code).toBe("scope_missing");
  });

  it("cannot give access to an organisation that revoked its token, or that it was never bound to", async () => {
    const revoked_orgs = { [aViewerToken().org_id]: testNow.toISOString() };
    for (const over of [{ org_ids: ["org_2"] }, { org_ids: [aViewerToken().org_id, "org_2"], revoked_orgs }]) {
      const { answer } = dialect({ token: { ...issuer, ...over } });
      const error = await catchRejection(answer(aRequest(feed, { headers: { authorization: `Bearer ${valid}` } })));
      expect(error.code).toBe("org_mismatch");
    }
  });
});

describe("a hostile origin", () => {
  const variants = [
    "null",
    "",
    "*",
    "http://app.example.com",
    "https://APP.example.com",
    "https://app.example.com:443",
    "https://app.example.com:8443",
    "https://app.example.com/",
    "https://app.example.com.",
    "https://app.example.com.evil.example",
    "https://evil.example/?https://app.example.com",
    "https://app.example.com, https://evil.example",
    "https://аpp.example.com",
    "https://app.example.com@evil.example",
    " https://app.example.com",
  ];

  it.each(variants)("is refused before any store is called, and not allowed to read: %j", async (origin) => {
    const { answer, get, count, read, trace } = ask(valid, feed, { origin });
    expect((await catchRejection(answer())).code).toBe("outside_viewer_limits");
    expect([get.mock.calls, count.mock.calls, read.mock.calls]).toEqual([[], [], []]);
    expect(trace.viewerOrigins).toEqual([page]);
  });

  it.each(variants.filter((text) => !["https://app.example.com:8443", "https://app.example.com."].includes(text)))(
    "cannot be issued to, but as a whole origin that a browser sends: %j",
    (origin) => expect(isViewerOrigin(origin)).toBe(origin === "https://app.example.com.evil.example"),
  );
});
