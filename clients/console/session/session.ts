/** A token that the API has accepted, and what it may do. */
export type Session = {
  readonly token: string;
  /** A personal access token, or a viewer token for a part of an organisation. */
  readonly kind: "personal" | "viewer";
  readonly org: string;
  readonly userId: string | null;
  readonly scopes: readonly string[];
};

export type SessionState =
  | { readonly kind: "signed_out" }
  /** A kept token is being checked. */
  | { readonly kind: "restoring" }
  | { readonly kind: "signed_in"; readonly session: Session }
  /** The API has refused the token. Requests wait until the reader signs in again. */
  | { readonly kind: "expired"; readonly session: Session };

/** Includes every other scope. */
const fullAccess = "AIBooks.fullaccess.all";

/** Whether a session may use what needs a scope; `null` needs none. */
export function hasScope({ scopes }: Session, scope: string | null): boolean {
  return scope === null || scopes.includes(scope) || scopes.includes(fullAccess);
}
