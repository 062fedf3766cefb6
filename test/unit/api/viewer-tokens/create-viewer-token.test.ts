import { describe, expect, it } from "vitest";
import type { RequestContext } from "#shared/api/http/request.ts";
import { createViewerTokensHandler } from "#shared/api/viewer-tokens/handler.ts";
import type { Token } from "#shared/auth/caller.ts";
import { toPrivateKey } from "#shared/auth/viewer-tokens/viewer-keys.ts";
import { signViewerToken } from "#shared/auth/viewer-tokens/viewer-token-format.ts";
import { aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { aViewerKey, signedViewerToken, verifyViewerToken, viewerPrivateKey } from "#test/support/viewer-tokens.ts";

const create = "AIBooks.viewer_tokens.CREATE";
const read = "AIBooks.activity.READ";
const manage = "AIBooks.webhooks.MANAGE";

function issuing(token: Partial<Token> = {}, secret = aSecret()) {
  const context: RequestContext = { responseHeaders: {}, auditFields: {} };
  const tokens = tokenPorts(() => aToken({ scopes: [create, read], ...token }));
  const answer = createViewerTokensHandler({
    tokens,
    signViewerToken: async (viewer) => signViewerToken(viewer, aViewerKey().key_id, toPrivateKey(viewerPrivateKey)),
    now: () => testNow,
    random: (bytes) => new Uint8Array(bytes).fill(171),
  });
  const ask = (body?: unknown) => {
    const headers = { authorization: `Bearer ${secret}` };
    return answer(aRequest("/api/public/v1/viewer-tokens", { method: "POST", headers, body: () => body }), context);
  };
  const issue = async (body?: unknown) => {
    const { viewer_token } = JSON.parse((await ask(body)).body);
    return { viewer_token, verified: await verifyViewerToken(viewer_token.token) };
  };
  return { ask, issue, context, tokens };
}

describe("create_viewer_token", () => {
  it("issues a token with sensible defaults", async () => {
    const { ask, context } = issuing();
    const response = await ask();
    expect(response.status).toBe(201);
    expect(JSON.parse(response.body)).toEqual({
      code: 0,
      message: "success",
      viewer_token: {
        viewer_token_id: `vwt_${"ab".repeat(16)}`,
        token: expect.stringMatching(/^aibooks_view_/),
        org_id: aToken().org_ids[0],
        entity_type: null,
        entity_id: null,
        contact_id: null,
        actor_user_id: null,
        scopes: [read],
        hide: ["metadata.ip", "metadata.user_agent"],
        origins: [],
        expires_at: "2026-06-01T12:15:30.000Z",
      },
    });
    expect(context.auditFields).toMatchObject({
      route: "create_viewer_token",
      token_id: aToken().token_id,
      viewer_token_id: `vwt_${"ab".repeat(16)}`,
    });
  });

  it("signs what it responds", async () => {
    const body = {
      entity_type: "INVOICE",
      entity_id: "inv_1",
      hide: [],
      origins: ["https://a.example"],
      expires_in: 60,
    };
    const { verified } = await issuing().issue(body);
    const { expires_in: _, ...limits } = body;
    expect(verified).toMatchObject({
      ...limits,
      issuer_token_id: aToken().token_id,
      expires_at: "2026-06-01T12:01:30.000Z",
    });
  });

  it("issues no token that outlives its issuer", async () => {
    const expires_at = "2026-06-01T12:05:00.000Z";
    expect((await issuing({ expires_at }).issue()).verified.expires_at).toBe(expires_at);
  });

  it("issues a token for webhooks, and one with full access for both", async () => {
    const body = { scopes: [manage] };
    expect((await issuing({ scopes: [create, manage] }).issue(body)).verified.scopes).toEqual([manage]);
    const both = { scopes: [read, manage] };
    expect((await issuing({ scopes: ["AIBooks.fullaccess.all"] }).issue(both)).verified.scopes).toEqual([read, manage]);
  });

  it.each([
    ["the token lacks the scope to issue", { scopes: [read] }, {}],
    ["the token lacks the scope to read", { scopes: [create] }, {}],
    ["the token lacks the scope that it gives", {}, { scopes: [manage] }],
  ])("is refused when %s", async (_, token, body) => {
    expect((await catchRejection(issuing(token).ask(body))).code).toBe("scope_missing");
  });

  it("is refused to a viewer token, without a call of a store", async () => {
    const { ask, tokens } = issuing({}, signedViewerToken());
    expect((await catchRejection(ask())).code).toBe("unauthenticated");
    expect(tokens.count.mock.calls).toEqual([]);
  });

  it.each([
    ["a type without an id", { entity_type: "INVOICE" }, "entity_id"],
    ["an id without a type", { entity_id: "inv_1" }, "entity_type"],
    ["an unknown type", { entity_type: "FOO", entity_id: "inv_1" }, "entity_type"],
    ["a document and a contact", { entity_type: "INVOICE", entity_id: "i", contact_id: "c" }, "contact_id"],
    ["a contact and an actor", { contact_id: "c", actor_user_id: "u" }, "actor_user_id"],
    ["an empty id", { contact_id: "" }, "contact_id"],
    ["webhooks of a contact", { contact_id: "c", scopes: [manage] }, "scopes"],
    ["webhooks with hidden fields", { hide: ["changes"], scopes: [manage] }, "hide"],
    ["full access", { scopes: ["AIBooks.fullaccess.all"] }, "scopes"],
    ["the right to issue more tokens", { scopes: [create] }, "scopes"],
    ["no scope", { scopes: [] }, "scopes"],
    ["a wildcard origin", { origins: ["https://*.example.com"] }, "origins"],
    ["any origin", { origins: ["*"] }, "origins"],
    ["a field that cannot be hidden", { hide: ["event_id"] }, "hide"],
    ["less than a minute", { expires_in: 59 }, "expires_in"],
    ["more than an hour", { expires_in: 3_601 }, "expires_in"],
    ["an unknown field", { org_id: "org_2" }, "org_id"],
  ])("is refused for %s", async (_, body, field) => {
    const { ask } = issuing({ scopes: [create, read, manage] });
    expect(await catchRejection(ask(body))).toMatchObject({ context: { field } });
  });
});
