import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { GatewayResponse } from "./gateway-response.ts";

/** Formats an access log line: replaces `$context.NAME` by its value, or by `-` if it has no value. */
export function formatAccessLogLine(
  format: string,
  event: APIGatewayProxyEventV2,
  response: GatewayResponse,
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
