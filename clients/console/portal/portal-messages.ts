/** What the portal says to the page that embeds it. None has a secret. */
export type PortalMessage = { readonly type: "activity-log:ready" | "activity-log:token-expired" };

/** Returns the token of a message `{ type: "activity-log:token", token }`; `null` for any other message. */
export function parseTokenMessage(data: unknown): string | null {
  if (typeof data !== "object" || data === null || !("type" in data) || !("token" in data)) return null;
  return data.type === "activity-log:token" && typeof data.token === "string" ? data.token : null;
}
