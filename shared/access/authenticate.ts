import { ActivityError } from "../events/errors.ts";
import type { Token } from "./caller.ts";
import { windowStart } from "./rate.ts";
import { isEqual, isWellFormedToken, tokenHash, tokenIdOfHash } from "./token.ts";

/**
 * The one call that authentication makes: it counts the request in its window and answers the token, in the same
 * write.
 */
export type TokenUses = {
  use(tokenId: string, window: Date): Promise<{ token: Token; used: number } | null>;
};

export type Authentication = { readonly token: Token; readonly used: number };

/**
 * Finds the token that a request brings and counts the request against its rate. Throws `ActivityError`
 * `unauthenticated` for a token that is malformed (without any read), unknown, expired or revoked, in the same words,
 * so that none of the four can be told from the others.
 */
export async function authenticate(uses: TokenUses, secret: string, now: Date): Promise<Authentication> {
  if (!isWellFormedToken(secret)) throw invalidToken();
  const hash = tokenHash(secret);
  const found = await uses.use(tokenIdOfHash(hash), windowStart(now));
  if (found === null || !isEqual(found.token.hash, hash)) throw invalidToken();
  if (found.token.revoked_at !== null) throw invalidToken();
  if (found.token.expires_at !== null && found.token.expires_at <= now.toISOString()) throw invalidToken();
  return found;
}

export function invalidToken(): ActivityError {
  return new ActivityError("unauthenticated", "The access token is missing, malformed, unknown, expired or revoked.");
}
