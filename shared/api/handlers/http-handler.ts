import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import type { RequestLine } from "#shared/audit/line-types.ts";
import { ActivityError } from "#shared/errors.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { optionalEnv } from "#shared/platform/handlers/env.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { metricFields } from "#shared/platform/observability/metrics.ts";
import { corsHeaders, handlePreflight } from "./cors.ts";
import { encodeResponse } from "./encode-response.ts";
import { type EdgeTrust, getRequestSource, type RequestSource } from "./request-source.ts";

export type HttpHandlerOptions = {
  /** Names the handler in audit lines and metrics. */
  readonly name: string;
  handle(request: HttpRequest, context: RequestContext): Promise<HttpResponse>;
  /** Starts reads that most requests need, concurrently with their authentication. Must not throw. */
  prefetch?(): void;
  renderError(error: unknown, request: HttpRequest): HttpResponse;
  /** Whether operations of a path accept viewer tokens, so that browsers of any origin may ask. By default none does. */
  acceptsViewerTokens?(path: string): boolean;
  /** Returns the parser of the request body. Without it, requests have no body. */
  parseBody?(call: MiddlewareCall): Promise<HttpRequest["body"]>;
};

/**
 * Headers of every response (OWASP, "REST Security Cheat Sheet"): caches do not store it, browsers do not render it as a
 * page, and the next request uses TLS.
 */
const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
};

type MiddlewareCall = middy.Request<APIGatewayProxyEventV2>;

type HttpMiddleware = middy.MiddlewareObj<APIGatewayProxyEventV2, HttpResponse, Error>;

type RequestState = {
  request: HttpRequest;
  readonly source: RequestSource;
  readonly context: RequestContext;
  readonly started: number;
};

type StateLookup = (event: APIGatewayProxyEventV2) => RequestState;

/**
 * Creates the Lambda handler of a function behind the HTTP API. It renders what `handle` throws, adds the common headers
 * and the request id, and writes one audit line for each request. It never throws.
 */
export function createHttpHandler(options: HttpHandlerOptions) {
  const { name, handle, prefetch, renderError, parseBody, acceptsViewerTokens = () => false } = options;
  const stateOf = createStateLookup(loadEdgeTrust());
  const origins = optionalEnv(envVars.corsOrigins)?.split(" ") ?? [];

  // `after` and `onError` run in reverse order: errors are rendered, then headers are added, then the request is reported.
  const stack = middy<APIGatewayProxyEventV2, HttpResponse, Error>({
    timeoutEarlyInMillis: 250,
    timeoutEarlyResponse: () => {
      throw new ActivityError("unavailable", "The query took too long. Retry, or narrow it.", { retryAfter: 2 });
    },
  })
    .use(reportRequests(name, stateOf))
    .use(addHeaders(stateOf, origins))
    .use(renderErrors(renderError, stateOf))
    .handler((event: APIGatewayProxyEventV2) => {
      const { request, context, source } = stateOf(event);
      if (source.bypassedEdge)
        throw new ActivityError("not_found", "Wrong address. Use the public address of the API.");
      const preflight = handlePreflight(request, origins, acceptsViewerTokens);
      if (preflight !== null) {
        context.auditFields.route = "preflight";
        return preflight;
      }
      prefetch?.();
      return handle(request, context);
    });
  if (parseBody !== undefined) {
    stack.before(async (call) => {
      const state = stateOf(call.event);
      state.request = { ...state.request, body: await parseBody(call) };
    });
  }

  return async (event: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2> => {
    const { requestId } = event.requestContext;
    const response = await runInInvocation(context, () => stack(event, context), requestId);
    return encodeResponse(response, event.headers["accept-encoding"] ?? "");
  };
}

/** Returns a function that returns the state of a request, the same one for each of its middlewares. */
function createStateLookup(edge: EdgeTrust | null): StateLookup {
  const states = new WeakMap<APIGatewayProxyEventV2, RequestState>();
  return (event) => {
    const existing = states.get(event);
    if (existing) return existing;
    const source = getRequestSource(event, edge);
    const request = toRequest(event, source);
    const state = { request, source, context: { responseHeaders: {}, auditFields: {} }, started: performance.now() };
    states.set(event, state);
    return state;
  };
}

function reportRequests(name: string, stateOf: StateLookup): HttpMiddleware {
  return {
    after: ({ event, response }) => reportRequest(name, stateOf(event), response),
    onError: ({ event, response, error }) => reportRequest(name, stateOf(event), response, error),
  };
}

function addHeaders(stateOf: StateLookup, origins: readonly string[]): HttpMiddleware {
  const add: HttpMiddleware["after"] = (call) => {
    const { request, context } = stateOf(call.event);
    if (!call.response) return;
    const headers = {
      ...securityHeaders,
      ...corsHeaders(request.headers.origin, context.viewerOrigins ?? origins),
      ...call.response.headers,
      ...context.responseHeaders,
      "x-request-id": request.requestId,
    };
    call.response = { ...call.response, headers };
  };
  return { after: add, onError: add };
}

function renderErrors(renderError: HttpHandlerOptions["renderError"], stateOf: StateLookup): HttpMiddleware {
  return {
    onError: (call) => {
      call.response = renderError(call.error, stateOf(call.event).request);
    },
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

/** Writes the audit line of a request. CloudWatch extracts the metrics from it. */
function reportRequest(
  dialect: string,
  { request, source, context, started }: RequestState,
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
    // A query that groups by a field drops lines without it, and a malformed token has no id.
    token_id: context.auditFields.token_id ?? (status === 401 ? "none" : undefined),
    status,
    code: error instanceof ActivityError ? error.code : undefined,
    ip: source.ip,
  };
  const counts = {
    ...(status >= 500 ? { [metricNames.requestsFailed]: 1 } : {}),
    ...(status === 401 ? { [metricNames.requestsUnauthenticated]: 1 } : {}),
    ...(status === 429 ? { [metricNames.requestsRateLimited]: 1 } : {}),
  };
  const times = { duration_ms: Math.round((performance.now() - started - (context.waitedMs ?? 0)) * 10) / 10 };
  log(status >= 500 ? "error" : "info", "request", {
    ...line,
    ...(status >= 500 ? errorFields(error) : {}),
    ...metricFields({ counts, times }, now, [["dialect"], []]),
  });
}
