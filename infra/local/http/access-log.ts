import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { HttpResponse } from "./response.ts";

/** Fills an access log format: `$context.NAME` becomes the fact, or `-` when there is none. */
export function accessLogLine(
  format: string,
  event: APIGatewayProxyEventV2,
  response: HttpResponse,
  { latencyMs, integrationError }: { latencyMs: number; integrationError: string | undefined },
): string {
  const { requestContext, routeKey } = event;
  const { http } = requestContext;
  const facts: Readonly<Record<string, string | number | undefined>> = {
    accountId: requestContext.accountId,
    apiId: requestContext.apiId,
    dataProcessed: response.body.length,
    domainName: requestContext.domainName,
    extendedRequestId: requestContext.requestId,
    httpMethod: http.method,
    "identity.sourceIp": http.sourceIp,
    "identity.userAgent": http.userAgent,
    "integration.error": integrationError,
    "integration.latency": latencyMs,
    integrationErrorMessage: integrationError,
    integrationLatency: latencyMs,
    path: http.path,
    protocol: http.protocol,
    requestId: requestContext.requestId,
    requestTime: requestContext.time,
    requestTimeEpoch: requestContext.timeEpoch,
    responseLatency: latencyMs,
    responseLength: response.body.length,
    routeKey,
    stage: requestContext.stage,
    status: response.status,
  };
  return format.replaceAll(/\$context\.(\w+(?:\.\w+)*)/g, (_, name: string) => escaped(String(facts[name] ?? "-")));
}

/** A value stands inside the quotes of a JSON format. */
function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
