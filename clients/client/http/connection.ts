import { ActivityLogError } from "./activity-log-error.ts";

/** A request that is about to be repeated. */
export type Retry = {
  readonly error: ActivityLogError;
  /** From 1. */
  readonly retry: number;
  readonly delayMs: number;
};

/** The settings of every client. */
export type ConnectionOptions = {
  /** The address of the API, such as `https://activity.example.com`. */
  readonly baseUrl: string;
  /** How often a request is repeated at most. Default 3. */
  readonly maxRetries?: number;
  /** The time for one response, without retries. Default 35 seconds: the API needs 30 at most. */
  readonly timeoutMs?: number;
  /** Is called before each retry, to log or count it. */
  readonly onRetry?: (retry: Retry) => void;
  /** Replaces the global `fetch`, for proxies and tests. */
  readonly fetch?: typeof globalThis.fetch;
  /** For tests. */
  readonly now?: () => Date;
  /** Returns a number from 0 to 1; for tests. */
  readonly random?: () => number;
  /** Resolves after that time, and rejects with the reason of the signal when it is aborted; for tests. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
};

/** Where to send requests, with the headers that all of them have. */
export type Connection = Required<ConnectionOptions> & { readonly headers: Readonly<Record<string, string>> };

/**
 * Creates a connection. Headers that are `undefined` are left out. Throws `ActivityLogError` `invalid_request` if the
 * address or a header is invalid; the message does not repeat the value, which may be a secret.
 */
export function createConnection(
  options: ConnectionOptions,
  headers: Readonly<Record<string, string | undefined>>,
): Connection {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) given[name] = assertHeader(name, value);
  return {
    baseUrl: parseBaseUrl(options.baseUrl),
    headers: given,
    maxRetries: options.maxRetries ?? 3,
    timeoutMs: options.timeoutMs ?? 35_000,
    onRetry: options.onRetry ?? (() => undefined),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    now: options.now ?? (() => new Date()),
    random: options.random ?? Math.random,
    sleep: options.sleep ?? sleep,
  };
}

function parseBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "") {
    throw new ActivityLogError(
      "invalid_request",
      "baseUrl must be an http or https URL without credentials or query.",
      {
        field: "baseUrl",
      },
    );
  }
  return url.href.replace(/\/+$/, "");
}

function assertHeader(name: string, value: string): string {
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value;
  throw new ActivityLogError(
    "invalid_request",
    `The value for the header ${name} is empty or has invalid characters.`,
    {
      field: name,
    },
  );
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
