/** What a reader signs in with. */
export type Credentials = {
  readonly token: string;
  /** Needed if the token has several organisations. */
  readonly org: string | null;
};

/** Where credentials are kept until the tab is closed: `sessionStorage`. */
export type CredentialStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const key = "activity-log.credentials";

/** Returns the kept credentials; `null` if the tab has kept nothing, or the browser allows no storage. */
export function loadCredentials(storage: CredentialStorage): Credentials | null {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? "null");
    if (typeof value !== "object" || value === null || !("token" in value) || !("org" in value)) return null;
    const { token, org } = value;
    return typeof token === "string" && (org === null || typeof org === "string") ? { token, org } : null;
  } catch {
    return null;
  }
}

/** Keeps credentials, or forgets them with `null`. A browser without storage keeps them in memory only. */
export function saveCredentials(storage: CredentialStorage, credentials: Credentials | null): void {
  try {
    if (credentials === null) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(credentials));
  } catch {
    // The session goes on until the page is left.
  }
}
