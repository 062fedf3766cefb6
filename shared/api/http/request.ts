import type { RequestLine } from "#shared/audit/lines.ts";

/** A request as the dialects see it. */
export type HttpRequest = {
  /** In upper case; a HEAD request is shown as the GET that it stands for. */
  readonly method: string;
  /** Decoded, as the gateway delivers it. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Scheme and host that the caller used. */
  readonly origin: string;
  readonly requestId: string;
  /**
   * The JSON that the caller sent; `undefined` where there is none. Throws `ActivityError` where it is malformed or too
   * large.
   */
  body(): unknown;
};

export type HttpResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What is written down of a request, as far as its handler knows it. */
export type RequestFacts = {
  -readonly [Fact in
    | "route"
    | "org_id"
    | "token_id"
    | "user_id"
    | "entity_id"
    | "endpoint_id"
    | "filters"
    | "count"
    | "charged"
    | "delivery_id"
    | "replay_id"
    | "issued_token_id"
    | "revoked_token_id"]?: RequestLine[Fact];
};

/** What a handler learns on its way to an answer: headers that errors carry too, and facts for the log line. */
export type HttpTrace = {
  readonly headers: Record<string, string>;
  readonly facts: RequestFacts;
};
