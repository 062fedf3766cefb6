import { readFileSync } from "node:fs";
import type { ApiHandler } from "./console-server.ts";

const organisation = "org_acme";

/** Returns a token of the organisation. `id` is repeated. */
function aToken(id: string, fields: object = {}) {
  return {
    token_id: `tok_${id.repeat(16)}`,
    user_id: "usr_priya",
    scopes: ["AIBooks.activity.READ"],
    org_ids: [organisation],
    created_at: "2026-01-07T09:12:44.031Z",
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
    ...fields,
  };
}

function listTokens(now: Date) {
  const at = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString();
  const partner = ["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE", "AIBooks.viewer_tokens.CREATE"];
  return [
    aToken("00", { token_id: "tok_1", scopes: ["AIBooks.fullaccess.all"], last_used_at: at(0) }),
    aToken("1a", { user_id: null, scopes: partner, last_used_at: at(-0.2) }),
    aToken("2b", { user_id: "usr_mei", expires_at: at(9), last_used_at: at(-3) }),
    aToken("3c", { expires_at: at(-20) }),
    aToken("4d", { revoked_at: at(-40), last_used_at: at(-41) }),
    aToken("5e", { scopes: ["Fakturoid.oauth.CLIENT"] }),
  ];
}

/** Creates the part of the API that the pages of tokens and of the reference use. */
export function createPagesApi(now: Date): ApiHandler {
  return (url, _, response) => {
    const json = (body: string | Buffer) => {
      response.writeHead(200, { "content-type": "application/json" }).end(body);
      return true;
    };
    if (url.pathname === "/openapi.json") return json(readFileSync("test/golden/openapi.json"));
    if (url.pathname !== "/api/public/v1/tokens") return false;
    const tokens = listTokens(now);
    const page_context = { limit: 100, returned: tokens.length, has_more_page: false };
    return json(JSON.stringify({ code: 0, message: "success", tokens, page_context }));
  };
}
