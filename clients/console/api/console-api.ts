import { createFinzbooksClient, type FinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { type Connection, createConnection, type Retry } from "#clients/client/http/connection.ts";
import type { ApiRequest, ApiResponse, RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";

export type ConsoleApiOptions = {
  /** The address of the API. */
  readonly origin: string;
  /** The organisation; `undefined` for the only one of the token. */
  readonly org: string | undefined;
  /** Sends the token: see `createSessionFetch`. */
  readonly fetch: typeof globalThis.fetch;
  /** Is called before a request is repeated, also after it waited for the rate limit. */
  readonly onRetry: (retry: Retry) => void;
};

/** The requests of the console. Its methods throw `ActivityLogError`; a signal ends requests and waits. */
export type ConsoleApi = {
  readonly origin: string;
  readonly client: FinzbooksClient;
  /** Sends a request with the token of the session, and returns its response whatever its status: to `origin` only. */
  readonly fetch: typeof globalThis.fetch;
  /** Sends a request for which the client has no method. */
  send(request: ApiRequest, options?: RequestOptions): Promise<ApiResponse>;
};

/** Longer than a reader needs to sign in again: `createSessionFetch` limits the time for a response. */
const timeoutMs = 24 * 3_600_000;

/** Creates the requests of a session. Throws `ActivityLogError` if the address or the organisation is invalid. */
export function createConsoleApi({ origin, org, fetch, onRetry }: ConsoleApiOptions): ConsoleApi {
  const options = { baseUrl: origin, fetch, onRetry, timeoutMs };
  const connection: Connection = createConnection(options, { "x-aibooks-org": org });
  return {
    origin,
    fetch,
    // The token is that of the session, which may change: `fetch` replaces this one.
    client: createFinzbooksClient({ ...options, token: "session", org }),
    send: (request, requestOptions) => send(connection, request, requestOptions),
  };
}
