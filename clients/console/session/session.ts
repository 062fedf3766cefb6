import type { ActivityLogError } from "#clients/client/http/activity-log-error.ts";

/** A token that the API has accepted, and what it may do. */
export type Session = {
  readonly token: string;
  /** A personal access token, or a viewer token for a part of an organisation. */
  readonly kind: "personal" | "viewer";
  readonly org: string;
  readonly userId: string | null;
  /** What a viewer token can read; `null` for a personal access token. */
  readonly grant: string | null;
  readonly scopes: readonly string[];
};

export type SessionState =
  | { readonly kind: "signed_out" }
  /** A kept token is being checked. */
  | { readonly kind: "restoring" }
  /** A kept token could not be checked: the API or the way to it has failed. It is still kept. */
  | { readonly kind: "unchecked"; readonly error: ActivityLogError }
  | { readonly kind: "signed_in"; readonly session: Session }
  /** The API has refused the token. Requests wait until the reader signs in again. */
  | { readonly kind: "expired"; readonly session: Session };

/** Whether two sessions are of the same user, or of the same limits: requests of one may be repeated in the other. */
export function isSameUser(one: Session, other: Session): boolean {
  return one.org === other.org && one.userId === other.userId && one.kind === other.kind && one.grant === other.grant;
}

/** Whether a session continues another one: of the same user, with the same scopes. */
export function isRenewal(old: Session, session: Session): boolean {
  return isSameUser(old, session) && old.scopes.join() === session.scopes.join();
}

/** Includes every other scope. */
const fullAccess = "AIBooks.fullaccess.all";

/** Whether a session may use what needs a scope; `null` needs none. */
export function hasScope({ scopes }: Session, scope: string | null): boolean {
  return scope === null || scopes.includes(scope) || scopes.includes(fullAccess);
}
