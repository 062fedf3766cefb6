import type { RequestLine } from "#shared/audit/line-types.ts";

/** A request to any dialect. */
export type HttpRequest = {
  /** In upper case. HEAD is replaced by GET. */
  readonly method: string;
  /** Percent-decoded by the gateway. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Scheme and host of the request's URL. */
  readonly origin: string;
  readonly requestId: string;
  /** Returns the parsed body, `undefined` if absent. Throws `ActivityError` if it is malformed or too large. */
  body(): unknown;
};

export type HttpResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Set if the body is Base64 of the bytes to send. */
  readonly isBase64?: true;
};

/** The fields of a request's audit line that its handler sets. */
export type AuditFields = {
  -readonly [Field in
    | "route"
    | "org_id"
    | "token_id"
    | "viewer_token_id"
    | "user_id"
    | "entity_id"
    | "endpoint_id"
    | "filters"
    | "count"
    | "charged"
    | "delivery_id"
    | "replay_id"
    | "issued_token_id"
    | "revoked_token_id"]?: RequestLine[Field];
};

/** Collects response headers, which error responses carry too, and the fields of the audit line. */
export type RequestContext = {
  readonly responseHeaders: Record<string, string>;
  readonly auditFields: AuditFields;
  /** How long the request waited for something to return, which is not part of its duration. */
  waitedMs?: number;
  /** The origins that may read the response, if a verified viewer token names them; else the stage names them. */
  viewerOrigins?: readonly string[];
};
