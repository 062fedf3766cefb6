/** What a viewer token says of itself. It is shown, never trusted: the API verifies the signature. */
export type ViewerTokenClaims = {
  readonly org: string;
  readonly scopes: readonly string[];
  /** Identifies its issuer and what it can read: the same for each token that renews it. */
  readonly grant: string;
};

/** The claims that a renewal does not change. */
const grantClaims = ["issuer_token_id", "entity_type", "entity_id", "contact_id", "actor_user_id", "hide"];

/** Returns the claims of a viewer token; `null` for any other text. */
export function parseViewerTokenClaims(token: string): ViewerTokenClaims | null {
  const [, payload] = /^aibooks_view_[0-9a-f]{16}\.([\w-]+)\.[\w-]+$/.exec(token) ?? [];
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(decodeBase64Url(payload));
    if (typeof claims !== "object" || claims === null || !("org_id" in claims) || !("scopes" in claims)) return null;
    const { org_id, scopes } = claims;
    if (typeof org_id !== "string" || !Array.isArray(scopes)) return null;
    return {
      org: org_id,
      scopes: scopes.filter((scope) => typeof scope === "string"),
      grant: JSON.stringify(
        Object.entries(claims)
          .filter(([name]) => grantClaims.includes(name))
          .sort(),
      ),
    };
  } catch {
    return null;
  }
}

function decodeBase64Url(text: string): string {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}
