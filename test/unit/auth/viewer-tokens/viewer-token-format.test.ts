import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactForLog } from "#shared/api/http/format-filters.ts";
import { isWellFormedToken } from "#shared/auth/token-format.ts";
import { toPrivateKey, toPublicKey } from "#shared/auth/viewer-tokens/viewer-keys.ts";
import { maxViewerTokenLength } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { isViewerToken, parseViewerToken, signViewerToken } from "#shared/auth/viewer-tokens/viewer-token-format.ts";
import { aViewerKey, aViewerToken, signedViewerToken, viewerPrivateKey } from "#test/support/viewer-tokens.ts";

const { key_id } = aViewerKey();
const publicKey = toPublicKey(aViewerKey());
const findKey = (keyId: string) => (keyId === key_id ? publicKey : null);
const parse = (text: string) => parseViewerToken(text, findKey);

/** Signs any payload, as a faulty release could. */
function sign(payload: unknown): string {
  return signViewerToken(JSON.parse(JSON.stringify(payload)), key_id, toPrivateKey(viewerPrivateKey));
}

const text = fc.string({ unit: "binary" });
const someToken = fc
  .record({
    org_id: text,
    entity_type: fc.option(text),
    entity_id: fc.option(text),
    contact_id: fc.option(text),
    actor_user_id: fc.option(text),
    hide: fc.array(text, { maxLength: 5 }),
    origins: fc.array(text, { maxLength: 5 }),
  })
  .map((over) => JSON.parse(JSON.stringify(aViewerToken(over))));

describe("signViewerToken and parseViewerToken", () => {
  it("format the same text as ever for a known key", () => {
    expect(signedViewerToken()).toMatchInlineSnapshot(
      `"aibooks_view_0123456789abcdef.eyJ2ZXJzaW9uIjoxLCJ2aWV3ZXJfdG9rZW5faWQiOiJ2d3RfMDAwMTAyMDMwNDA1MDYwNzA4MDkwYTBiMGMwZDBlMGYiLCJpc3N1ZXJfdG9rZW5faWQiOiJ0b2tfMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCJvcmdfaWQiOiJvcmdfOGY5YTFjMmQiLCJzY29wZXMiOlsiQUlCb29rcy5hY3Rpdml0eS5SRUFEIl0sImVudGl0eV90eXBlIjpudWxsLCJlbnRpdHlfaWQiOm51bGwsImNvbnRhY3RfaWQiOm51bGwsImFjdG9yX3VzZXJfaWQiOm51bGwsImhpZGUiOlsibWV0YWRhdGEuaXAiLCJtZXRhZGF0YS51c2VyX2FnZW50Il0sIm9yaWdpbnMiOlsiaHR0cHM6Ly9hcHAuZXhhbXBsZS5jb20iXSwiaXNzdWVkX2F0IjoiMjAyNi0wNi0wMVQxMjowMDozMC4wMDBaIiwiZXhwaXJlc19hdCI6IjIwMjYtMDYtMDFUMTI6MTU6MzAuMDAwWiJ9.5pjDWhLKZlfUOc43p9Jc0ha_Dxy3V_cqWe_kdfcfP19_5cJDKOnHIab1BtdJWkGUQMQzYnGNjaJdWfMg7_6EAA"`,
    );
  });

  it("return the token that was signed", () => {
    fc.assert(
      fc.property(someToken, (token) => {
        expect(parse(signViewerToken(token, key_id, toPrivateKey(viewerPrivateKey)))).toEqual(token);
      }),
    );
  });

  it("reject every change of a single character", () => {
    const valid = signedViewerToken();
    fc.assert(
      fc.property(
        fc.nat(valid.length - 1),
        fc.string({ unit: "grapheme-ascii", minLength: 0, maxLength: 2 }),
        (at, by) => {
          const changed = `${valid.slice(0, at)}${by}${valid.slice(at + 1)}`;
          expect(parse(changed) === null).toBe(changed !== valid);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("reject the payload of one token with the signature of another", () => {
    const [head, , signature] = signedViewerToken().split(".");
    const [, payload] = signedViewerToken({ org_id: "org_other" }).split(".");
    expect(parse(`${head}.${payload}.${signature}`)).toBeNull();
  });

  it("reject a token that another key signed under the same id", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    expect(parse(signViewerToken(aViewerToken(), key_id, privateKey))).toBeNull();
  });

  it("reject a token of an unknown key", () => {
    expect(parseViewerToken(signedViewerToken(), () => null)).toBeNull();
  });

  it("reject an empty signature and another encoding of the same bytes", () => {
    const valid = signedViewerToken();
    const signed = valid.slice(0, valid.lastIndexOf("."));
    expect(parse(`${signed}.`)).toBeNull();
    expect(parse(`${signed}.${"A".repeat(86)}`)).toBeNull();
    expect(parse(`${valid}=`)).toBeNull();
    expect(parse(` ${valid}`)).toBeNull();
    expect(parse(`${valid}\n`)).toBeNull();
  });

  it.each([
    ["no object", null],
    ["a missing limit", { ...aViewerToken(), entity_id: undefined }],
    ["a limit that is no text", { ...aViewerToken(), contact_id: 7 }],
    ["no organisation", { ...aViewerToken(), org_id: undefined }],
    ["hidden fields that are no texts", { ...aViewerToken(), hide: [1] }],
    ["origins that are no list", { ...aViewerToken(), origins: "https://app.example.com" }],
    ["another version", { ...aViewerToken(), version: 2 }],
  ])("reject a signed payload with %s", (_, payload) => expect(parse(sign(payload))).toBeNull());

  it("leave out scopes that a viewer token cannot have", () => {
    const payload = { ...aViewerToken(), scopes: ["AIBooks.fullaccess.all", "AIBooks.activity.READ"] };
    expect(parse(sign(payload))).toMatchObject({ scopes: ["AIBooks.activity.READ"] });
  });

  it("throw for a token that is too long for a header, and reject it", () => {
    const origins = Array.from({ length: 20 }, (_, at) => `https://${"x".repeat(200)}${at}.example`);
    expect(() => signedViewerToken({ origins })).toThrow(RangeError);
    expect(parse(`aibooks_view_${key_id}.${"A".repeat(maxViewerTokenLength)}.${"A".repeat(86)}`)).toBeNull();
  });
});

describe("the prefix of viewer tokens", () => {
  it("distinguishes them from stored tokens, in both directions", () => {
    expect(isViewerToken(signedViewerToken())).toBe(true);
    expect(isViewerToken("aibooks_pat_x")).toBe(false);
    expect(isWellFormedToken(signedViewerToken())).toBe(false);
  });

  it("is masked in logs, with the whole token", () => {
    expect(redactForLog(`inv_1 ${signedViewerToken()} x`)).toBe("inv_1+[token]+x");
  });
});
