import { ActivityError } from "#shared/errors.ts";

export const scopes = [
  "AIBooks.activity.READ",
  "AIBooks.activity.EXPORT",
  "AIBooks.webhooks.MANAGE",
  "AIBooks.viewer_tokens.CREATE",
  "AIBooks.tokens.READ",
  "AIBooks.tokens.MANAGE",
  "AIBooks.fullaccess.all",
] as const;

export type Scope = (typeof scopes)[number];

/** The only scope of an API client's secret: requesting access tokens by OAuth. */
export const clientScope = "Fakturoid.oauth.CLIENT";

/** A stored token. Times are UTC with three fraction digits. */
export type Token = {
  readonly token_id: string;
  readonly hash: string;
  readonly org_ids: readonly string[];
  readonly scopes: readonly string[];
  readonly user_id: string | null;
  /** The API client that got it by OAuth. */
  readonly client_id: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  /** When organisations revoked its access to them, by organisation. */
  readonly revoked_orgs: Readonly<Record<string, string>>;
  /** The start of the last minute in which it was used. */
  readonly last_used_at: string | null;
};

/** A token in use: `org_ids` has only the organisations that it gives access to. */
export type ActiveToken = Token & {
  /** Its organisations that are suspended, and have not revoked it. */
  readonly suspended_org_ids: readonly string[];
};

/** The authenticated client of a request, and its organisation. */
export type Caller = {
  readonly token: Token;
  readonly org_id: string;
};

/**
 * Returns the caller with the organisation of the request. Throws `ActivityError`: `org_mismatch` if the token is not
 * bound to the named one, `org_suspended` if that is suspended, `required_field` if the token has several and none is
 * named.
 */
export function resolveCaller(token: ActiveToken, namedOrg: string | null, field: string): Caller {
  if (namedOrg !== null) {
    if (token.suspended_org_ids.includes(namedOrg)) throw orgSuspendedError();
    if (!token.org_ids.includes(namedOrg)) {
      throw new ActivityError(
        "org_mismatch",
        "The token is not bound to the organisation in the request. Use a token of that organisation.",
      );
    }
    return { token, org_id: namedOrg };
  }
  const only = getOnlyOrg(token);
  if (only === null) {
    throw new ActivityError("required_field", `The token is bound to several organisations. Name one in ${field}.`, {
      field,
    });
  }
  return { token, org_id: only };
}

/** Returns the only organisation of a token; `null` if it has several. Suspended ones count: they may be resumed. */
export function getOnlyOrg({ org_ids, suspended_org_ids }: ActiveToken): string | null {
  const [only] = org_ids;
  return only === undefined || org_ids.length + suspended_org_ids.length > 1 ? null : only;
}

/** Creates the error for valid tokens only: for other requests it would reveal which organisations exist. */
export function orgSuspendedError(): ActivityError {
  return new ActivityError("org_suspended", "The operator of this service has suspended the organisation.");
}

/**
 * Throws `ActivityError` `scope_missing` if the token lacks the scope; `null` requires none. Full access includes every
 * scope.
 */
export function assertScope(token: Token, scope: Scope | null): void {
  if (scope === null || token.scopes.includes(scope) || token.scopes.includes("AIBooks.fullaccess.all")) return;
  throw new ActivityError("scope_missing", `The token lacks the scope ${scope}.`);
}
