import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import type { RequestLine } from "#shared/audit/lines.ts";
import { ActivityError } from "#shared/errors.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { optionalEnv } from "#shared/platform/handlers/env.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { metricFields } from "#shared/platform/observability/metrics.ts";
import { encodeResponse } from "./encode-response.ts";
import { type EdgeTrust, getRequestSource, type RequestSource } from "./request-source.ts";

export type HttpHandlerOptions = {
  /** What the lines and the metrics of its requests name it. */
  readonly name: string;
  handle(request: HttpRequest, context: RequestContext): Promise<HttpResponse>;
  /** Begins to read what most requests need, so that it is there when they are authenticated. Must not throw. */
  prefetch?(): void;
  renderError(error: unknown, request: HttpRequest): HttpResponse;
  /** Reads the body of a request; without it a function gets none. */
  parseBody?(call: MiddlewareRequest): Promise<HttpRequest["body"]>;
};

/**
 * What OWASP's "REST Security Cheat Sheet" wants of every answer: no cache keeps it, no browser takes it for a page, and
 * the next request comes by TLS.
 */
const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
};

type MiddlewareRequest = middy.Request<APIGatewayProxyEventV2>;

type RequestState = {
  request: HttpRequest;
  readonly caller: RequestSource;
  readonly context: RequestContext;
  readonly started: number;
};

type HttpMiddleware = middy.MiddlewareObj<APIGatewayProxyEventV2, HttpResponse, Error>;

/**
 * The stack of every function behind the HTTP API: what `answer` throws, `renderError` turns into a response; each
 * response carries its request id, and each request leaves one line in the log. It never throws.
 */
export function createHttpHandler({ name, handle, prefetch, renderError, parseBody }: HttpHandlerOptions) {
  const edge = loadEdgeTrust();
  const exchanges = new WeakMap<APIGatewayProxyEventV2, RequestState>();
  const exchangeOf = (event: APIGatewayProxyEventV2): RequestState => {
    const known = exchanges.get(event);
    if (known) return known;
    const caller = getRequestSource(event, edge);
    const request = toRequest(event, caller);
    const opened = { request, caller, context: { responseHeaders: {}, auditFields: {} }, started: performance.now() };
    exchanges.set(event, opened);
    return opened;
  };

  const report: HttpMiddleware = {
    after: ({ event, response }) => reportRequest(name, exchangeOf(event), response),
    onError: ({ event, response, error }) => reportRequest(name, exchangeOf(event), response, error),
  };
  const addHeaders: HttpMiddleware["after"] = (call) => {
    const { request, context } = exchangeOf(call.event);
    if (!call.response) return;
    const headers = {
      ...securityHeaders,
      ...call.response.headers,
      ...context.responseHeaders,
      "x-request-id": request.requestId,
    };
    call.response = { ...call.response, headers };
  };
  const problems: HttpMiddleware = {
    onError: (call) => {
      call.response = renderError(call.error, exchangeOf(call.event).request);
    },
  };

  // `after` and `onError` run in reverse: the problem is rendered first, then gets its headers, and is reported last.
  const stack = middy<APIGatewayProxyEventV2, HttpResponse, Error>({
    timeoutEarlyInMillis: 250,
    timeoutEarlyResponse: () => {
      throw new ActivityError("unavailable", "The query took too long. Retry, or narrow it.", { retryAfter: 2 });
    },
  })
    .use(report)
    .use({ after: addHeaders, onError: addHeaders })
    .use(problems)
    .handler((event: APIGatewayProxyEventV2) => {
      const { request, context, caller } = exchangeOf(event);
      if (caller.bypassedEdge) throw new ActivityError("not_found", "The API is not served at this address.");
      prefetch?.();
      return handle(request, context);
    });
  if (parseBody !== undefined) {
    stack.before(async (call) => {
      const exchange = exchangeOf(call.event);
      exchange.request = { ...exchange.request, body: await parseBody(call) };
    });
  }

  return async (event: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2> => {
    const { requestId } = event.requestContext;
    const response = await runInInvocation(context, () => stack(event, context), requestId);
    return encodeResponse(response, event.headers["accept-encoding"] ?? "");
  };
}

function loadEdgeTrust(): EdgeTrust | null {
  const secret = optionalEnv(envVars.edgeSecret);
  return secret === null ? null : { secret, isRequired: optionalEnv(envVars.edgeRequired) === "true" };
}

function toRequest(event: APIGatewayProxyEventV2, { origin }: RequestSource): HttpRequest {
  const { rawPath, rawQueryString, headers, requestContext } = event;
  const { method } = requestContext.http;
  return {
    method: method === "HEAD" ? "GET" : method,
    path: rawPath,
    query: new URLSearchParams(rawQueryString),
    headers,
    origin,
    requestId: requestContext.requestId,
    body: () => undefined,
  };
}

/** Writes the audit line of a request, which is also what its metrics are made of. */
function reportRequest(
  dialect: string,
  { request, caller, context, started }: RequestState,
  response: HttpResponse | null | undefined,
  error?: unknown,
): void {
  const now = new Date();
  const status = response?.status ?? 500;
  const line: Omit<RequestLine, "duration_ms"> = {
    time: now.toISOString(),
    message: "request",
    request_id: request.requestId,
    dialect,
    method: request.method,
    ...context.auditFields,
    // Lines without a field fall out of a query that groups by it, and what can be no token has no name to go by.
    token_id: context.auditFields.token_id ?? (status === 401 ? "none" : undefined),
    status,
    code: error instanceof ActivityError ? error.code : undefined,
    ip: caller.ip,
  };
  const counts = {
    ...(status >= 500 ? { [metricNames.requestsFailed]: 1 } : {}),
    ...(status === 401 ? { [metricNames.requestsUnauthenticated]: 1 } : {}),
    ...(status === 429 ? { [metricNames.requestsRateLimited]: 1 } : {}),
  };
  const times = { duration_ms: Math.round((performance.now() - started) * 10) / 10 };
  log(status >= 500 ? "error" : "info", "request", {
    ...line,
    ...(status >= 500 ? errorFields(error) : {}),
    ...metricFields({ counts, times }, now, [["dialect"], []]),
  });
}
