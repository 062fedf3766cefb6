export type SessionFetchPorts = {
  readonly fetch: typeof globalThis.fetch;
  /** Returns the token of the session as it is now; `null` if it has ended. */
  getToken(): string | null;
  /**
   * Asks for a new token after the API has refused one. Resolves to `false` if the reader does not sign in; rejects with the
   * reason of the signal when it is aborted.
   */
  renewToken(refused: string, signal: AbortSignal | null): Promise<boolean>;
};

/** The API needs 30 seconds at most. */
const timeoutMs = 35_000;

/**
 * Creates a `fetch` that sends the token of the session. When the API refuses it, the request waits until the reader has
 * signed in again, and is sent once more: no page needs to know that a session can expire. After its end, requests get the
 * status 401 without being sent.
 */
export function createSessionFetch({ fetch, getToken, renewToken }: SessionFetchPorts): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const signal = init.signal ?? null;
    for (;;) {
      const token = getToken();
      if (token === null) return new Response(null, { status: 401 });
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${token}`);
      const timeout = AbortSignal.timeout(timeoutMs);
      const response = await fetch(input, {
        ...init,
        headers,
        signal: signal === null ? timeout : AbortSignal.any([signal, timeout]),
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      if (response.status !== 401 || !(await renewToken(token, signal))) return response;
    }
  };
}
