/** How long an access token holds: a client of the vendor breaks at more. */
export const accessTokenSeconds = 7_200;

/** What an access token is good for. */
export const accessTokenScopes = ["AIBooks.activity.READ"] as const;
