import { ActivityLogError } from "./activity-log-error.ts";
import type { Connection } from "./connection.ts";
import type { ApiRequest, ConditionalOptions, Query, RawResponse, RequestOptions } from "./request.ts";
import { toResponseError } from "./response-error.ts";
import { getRetryDelay } from "./retry-policy.ts";

/**
 * Sends a request, and repeats it where that is safe. Returns the response if its status is 2xx, or 304 to `ifNoneMatch`. Throws
 * `ActivityLogError` otherwise, and the reason of the signal when it is aborted.
 */
export async function send(
  connection: Connection,
  request: ApiRequest,
  { signal, ifNoneMatch }: RequestOptions & Partial<ConditionalOptions> = {},
): Promise<RawResponse> {
  const condition = typeof ifNoneMatch === "string" ? { "if-none-match": ifNoneMatch } : {};
  const conditional = { ...request, headers: { ...request.headers, ...condition } };
  for (let retries = 0; ; retries++) {
    try {
      return await sendOnce(connection, conditional, signal);
    } catch (error) {
      if (!(error instanceof ActivityLogError) || retries >= connection.maxRetries) throw error;
      const delayMs = getRetryDelay(request, error, { retries, random: connection.random() });
      if (delayMs === null) throw error;
      connection.onRetry({ error, retry: retries + 1, delayMs });
      await connection.sleep(delayMs, signal);
    }
  }
}

async function sendOnce(
  connection: Connection,
  request: ApiRequest,
  signal: AbortSignal | undefined,
): Promise<RawResponse> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(connection.timeoutMs);
  const response = await receive(
    connection,
    request,
    signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  ).catch((cause: unknown) => {
    signal?.throwIfAborted();
    const { host } = new URL(connection.baseUrl);
    if (timeout.aborted)
      throw new ActivityLogError("timeout", `${host} did not respond within ${connection.timeoutMs} ms.`);
    throw new ActivityLogError("network", `The request to ${host} failed.`, { cause });
  });
  const isSuccess = response.status >= 200 && response.status < 300;
  const isUnchanged = response.status === 304 && request.headers?.["if-none-match"] !== undefined;
  if (!isSuccess && !isUnchanged) throw toResponseError(response, connection.now());
  return response;
}

async function receive(connection: Connection, request: ApiRequest, signal: AbortSignal): Promise<RawResponse> {
  const { method, path, query = {}, body } = request;
  const headers = new Headers({ accept: "application/json", ...connection.headers, ...request.headers });
  if (body !== undefined) headers.set("content-type", "application/json");
  const response = await connection.fetch(`${connection.baseUrl}${path}${formatQuery(query)}`, {
    method,
    headers,
    signal,
    // Not followed: the API never redirects, and the other host would be sent the API key. Workers do not know "error".
    redirect: "manual",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  return { status: response.status, headers: response.headers, bytes, text, body: parseJson(text) };
}

function formatQuery(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return params.size === 0 ? "" : `?${params}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
