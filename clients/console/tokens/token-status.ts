import type { Schemas } from "#clients/client/openapi-types.ts";

export type ConsoleToken = Schemas["Token"];

export type TokenStatus = "active" | "expiring" | "expired" | "revoked";

/** A token that expires within two weeks needs a successor now. */
const expiringMs = 14 * 86_400_000;

/** Returns whether a token gives access now. */
export function getTokenStatus({ revoked_at, expires_at }: ConsoleToken, nowMs: number): TokenStatus {
  if (revoked_at !== null) return "revoked";
  if (expires_at === null) return "active";
  const leftMs = Date.parse(expires_at) - nowMs;
  if (leftMs <= 0) return "expired";
  return leftMs <= expiringMs ? "expiring" : "active";
}

/** Whether a token gives access now. */
export function isUsable(token: ConsoleToken, nowMs: number): boolean {
  const status = getTokenStatus(token, nowMs);
  return status === "active" || status === "expiring";
}

/** Returns tokens in the order in which they were last used, the latest first; then those that never were, newest first. */
export function sortByLastUse(tokens: readonly ConsoleToken[]): readonly ConsoleToken[] {
  const timeOf = (time: string | null) => (time === null ? 0 : Date.parse(time));
  return tokens.toSorted(
    (one, other) =>
      timeOf(other.last_used_at) - timeOf(one.last_used_at) || timeOf(other.created_at) - timeOf(one.created_at),
  );
}
