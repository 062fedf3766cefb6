import { getBody } from "#clients/client/http/body.ts";
import type { Connection } from "#clients/client/http/connection.ts";
import type { List } from "#clients/client/http/page.ts";
import { encodePathSegment } from "#clients/client/http/path-segment.ts";
import type { RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { QueryOf, ResponseOf, Schemas } from "#clients/client/openapi-types.ts";
import { basePath, createCursorList } from "./cursor-list.ts";

export type TokenListParams = Omit<QueryOf<"list_tokens">, "organization_id">;

type TokenPageBody = ResponseOf<"list_tokens", 200>;

/** The tokens of an organisation. Its methods throw `ActivityLogError`. */
export type Tokens = List<Schemas["Token"], TokenListParams> & {
  /**
   * Ends the access of a token to the organisation. Returns the token with the time of its first revocation. Needs a
   * token with the scope `AIBooks.tokens.MANAGE`; listing needs `AIBooks.tokens.READ`.
   */
  revoke(tokenId: string, options?: RequestOptions): Promise<Schemas["Token"]>;
};

export function createTokens(connection: Connection): Tokens {
  const path = `${basePath}/tokens`;
  const first: TokenListParams = {};
  const list = createCursorList(first, {
    connection,
    path,
    getBody: (response) => getBody<TokenPageBody>(response, "tokens", "page_context"),
    getItems: ({ tokens }) => tokens,
  });
  return {
    ...list,
    async revoke(tokenId, options) {
      const request = { method: "POST", path: `${path}/${encodePathSegment(tokenId)}/revoke` } as const;
      return getBody<ResponseOf<"revoke_token", 200>>(await send(connection, request, options), "token").token;
    },
  };
}
