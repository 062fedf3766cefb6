import type { BuiltRequest } from "./build-request.ts";

/** A response as the reference shows it, whatever its status. */
export type TrialResponse = {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** JSON is indented where that changes no value. */
  readonly body: string;
  readonly durationMs: number;
};

export type TrialPorts = {
  readonly origin: string;
  /** Adds the token of the session. */
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
};

/**
 * Sends a request to the API. Throws `TypeError` if there is no response, if the path leads to another host, which must
 * not be sent the token, or to another path of the API.
 */
export async function sendRequest(
  { method, path, headers, body }: BuiltRequest,
  { origin, fetch, now }: TrialPorts,
): Promise<TrialResponse> {
  const url = new URL(path, origin);
  if (url.origin !== new URL(origin).origin) throw new TypeError("The path leads to another host.");
  if (url.pathname !== path.split("?")[0]) throw new TypeError("The path leads to another path.");
  const startMs = now();
  const response = await fetch(url, {
    method,
    headers,
    body,
    redirect: "error",
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: [...response.headers],
    body: indent(text),
    durationMs: Math.round(now() - startMs),
  };
}

/** Returns a text as it is unless indenting changes nothing but white space: a parsed number may be another one. */
function indent(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}
