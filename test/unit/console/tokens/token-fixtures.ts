import type { ConsoleToken } from "#clients/console/tokens/token-status.ts";

/** Returns a token that reads the activity of an organisation, and was never used. */
export function aToken(fields: Partial<ConsoleToken> = {}): ConsoleToken {
  return {
    token_id: "tok_000102030405060708090a0b0c0d0e0f",
    user_id: "usr_xyz",
    scopes: ["AIBooks.activity.READ"],
    org_ids: ["org_8f9a1c2d"],
    created_at: "2026-01-07T09:12:44.031Z",
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
    ...fields,
  };
}
