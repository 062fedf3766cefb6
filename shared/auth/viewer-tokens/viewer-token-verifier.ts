import { ActivityError } from "#shared/errors.ts";
import type { ViewerKeyCache } from "./viewer-key-cache.ts";
import type { ViewerToken } from "./viewer-token.ts";
import { parseViewerToken } from "./viewer-token-format.ts";

/** Returns a viewer token whose signature is valid, expired or not. Throws `ActivityError` `unauthenticated`. */
export type VerifyViewerToken = (text: string) => Promise<ViewerToken>;

/** Creates the verification of viewer tokens. It reads nothing but the keys, once a minute. */
export function createViewerTokenVerifier(keys: Pick<ViewerKeyCache, "finder">): VerifyViewerToken {
  return async (text) => {
    const token = parseViewerToken(text, await keys.finder());
    if (token === null) throw new ActivityError("unauthenticated", "The viewer token is malformed or not valid.");
    return token;
  };
}

/** Throws `ActivityError` `unauthenticated` if the token has expired. */
export function assertNotExpired({ expires_at }: ViewerToken, now: Date): void {
  if (expires_at > now.toISOString()) return;
  throw new ActivityError("unauthenticated", "The viewer token has expired. Issue a new one.");
}
