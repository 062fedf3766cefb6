export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** Parameters of a query. Lists are joined by commas; `undefined` is left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export type ApiRequest = {
  readonly method: Method;
  /** Below the base URL; begins with a slash. */
  readonly path: string;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the request may be handled twice. By default only a `GET` may be. */
  readonly isRepeatable?: boolean;
  /** Sent as JSON. */
  readonly body?: object;
};

/** A response with its body parsed as JSON; the body is `null` if it is not JSON. */
export type ApiResponse = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** A response with its body as it came as well, for what is not JSON. */
export type RawResponse = ApiResponse & { readonly text: string; readonly bytes: Uint8Array };

export type RequestOptions = {
  /** Aborts the request and the wait for its retry. */
  readonly signal?: AbortSignal | undefined;
};

/** Options of a page of a list. */
export type ConditionalOptions = RequestOptions & {
  /** The `etag` of the page that the caller has; `null` requests the page without a condition. */
  readonly ifNoneMatch: string | null;
};
