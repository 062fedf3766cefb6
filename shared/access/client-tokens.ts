import type { Token } from "./caller.ts";

/** The access tokens that API clients are given by OAuth. */
export type ClientTokens = {
  /** Stores a token of a client. Throws `ActivityError` `unauthenticated` where the client was revoked meanwhile. */
  issue(token: Token & { readonly client_id: string; readonly expires_at: string }): Promise<void>;
  /** Revokes a token of the client; does nothing where the client has no such token. */
  revoke(clientId: string, tokenId: string, at: string): Promise<void>;
};
