import type { ConsoleToken } from "./token-status.ts";

/** Returns what the revocation of a token in an organisation ends, and what it leaves, a sentence for each. */
export function listRevocationEffects({ scopes, org_ids }: ConsoleToken): readonly string[] {
  const has = (...names: readonly string[]) => names.some((name) => scopes.includes(name));
  const others = org_ids.length - 1;
  const effects = ["Requests with it get 401 in this organisation, immediately and for good."];
  if (has("Fakturoid.oauth.CLIENT")) effects.push("The access tokens of this API client end, too.");
  if (has("AIBooks.viewer_tokens.CREATE", "AIBooks.fullaccess.all")) {
    effects.push("The viewer tokens that it issued end, too: pages that use them ask for new ones.");
  }
  if (has("AIBooks.webhooks.MANAGE", "AIBooks.fullaccess.all")) {
    effects.push("Webhook endpoints that it created remain, and are still sent events.");
  }
  if (others > 0) {
    effects.push(`It stays valid in ${others === 1 ? "another organisation" : `${others} other organisations`}.`);
  }
  return effects;
}
