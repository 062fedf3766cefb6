import { ActivityError } from "#shared/errors.ts";

export const scopes = ["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE", "AIBooks.fullaccess.all"] as const;

export type Scope = (typeof scopes)[number];

/** What the secret of an API client is good for, and nothing else: to be given access tokens by OAuth. */
export const clientScope = "Fakturoid.oauth.CLIENT";

/** What is known of a token. Times are UTC with three fraction digits. */
export type Token = {
  readonly token_id: string;
  readonly hash: string;
  readonly org_ids: readonly string[];
  readonly scopes: readonly string[];
  readonly user_id: string | null;
  /** The API client that it was issued to by OAuth. */
  readonly client_id: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  /** The start of the last minute in which it was used. */
  readonly last_used_at: string | null;
};

/** A token as requests use it: suspended organisations are kept apart from those that it opens. */
export type ActiveToken = Token & {
  /** Those of its organisations that the operator has suspended; `org_ids` has only the others. */
  readonly suspended_org_ids: readonly string[];
};

/** Who is asking, and for which organisation. */
export type Caller = {
  readonly token: Token;
  readonly org_id: string;
};

/**
 * Decides which organisation a token speaks for. Throws `ActivityError`: `org_mismatch` when it is not bound to the one
 * named, `org_suspended` when that one is suspended, `required_field` when it is bound to several and none was named.
 */
export function resolveCaller(token: ActiveToken, namedOrg: string | null, field: string): Caller {
  if (namedOrg !== null) {
    if (token.suspended_org_ids.includes(namedOrg)) throw orgSuspendedError();
    if (!token.org_ids.includes(namedOrg)) {
      throw new ActivityError("org_mismatch", "The token is not bound to the organisation that the request names.");
    }
    return { token, org_id: namedOrg };
  }
  const only = getOnlyOrg(token);
  if (only === null) {
    throw new ActivityError("required_field", `The token is bound to several organisations: name one in ${field}.`, {
      field,
    });
  }
  return { token, org_id: only };
}

/** The one organisation of a token; `null` if it has several. One that is suspended counts: it may be resumed. */
export function getOnlyOrg({ org_ids, suspended_org_ids }: ActiveToken): string | null {
  const [only] = org_ids;
  return only === undefined || org_ids.length + suspended_org_ids.length > 1 ? null : only;
}

/** The error for a valid token. Requests without one must never get it: it would show which organisations exist. */
export function orgSuspendedError(): ActivityError {
  return new ActivityError("org_suspended", "The operator of this service has suspended the organisation.");
}

/** Refuses a token that lacks the scope, as `ActivityError` `scope_missing`. Full access includes every scope. */
export function assertScope(token: Token, scope: Scope): void {
  if (token.scopes.includes(scope) || token.scopes.includes("AIBooks.fullaccess.all")) return;
  throw new ActivityError("scope_missing", `The token lacks the scope ${scope}.`);
}
