/** Lifetime of an access token. A client of the vendor fails with a longer one. */
export const accessTokenSeconds = 7_200;

/** The scopes of an access token. */
export const accessTokenScopes = ["AIBooks.activity.READ"] as const;
