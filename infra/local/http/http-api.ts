import type { Authorize } from "#infra/local/iam/authorizer.ts";
import type { InvokeFunction } from "#infra/local/lambda/local-function.ts";
import { apiId } from "#infra/local/template/resource-identities.ts";
import { formatAccessLogLine } from "./access-log.ts";
import { type GatewayResponse, gatewayError, parseFunctionResponse } from "./gateway-response.ts";
import type { HttpApiDefinition } from "./http-api-definition.ts";
import { type GatewayRequest, rawPathOf, toPayloadV2 } from "./payload-v2.ts";
import { createRouter } from "./routes.ts";
import { createThrottle } from "./throttle.ts";

type HttpApiOptions = {
  readonly definition: HttpApiDefinition;
  readonly invokerByArn: (functionArn: string) => InvokeFunction | undefined;
  readonly authorize: Authorize;
  readonly writeLog: (group: string, line: string) => void;
  readonly account: string;
  readonly region: string;
  readonly newRequestId: () => string;
  readonly now: () => Date;
};

type IntegrationResult = {
  readonly response: GatewayResponse;
  readonly error?: string;
};

const integrationTimeoutMs = 30_000;
const maxInvocationBytes = 6 * 1024 * 1024;
const apiGateway = { arn: "apigateway.amazonaws.com", policies: [] };

/** Handles a request like an HTTP API with this definition. */
export function createHttpApi({ definition, invokerByArn, authorize, writeLog, ...options }: HttpApiOptions) {
  const { account, region, newRequestId, now } = options;
  const { limit, accessLog } = definition;
  const find = createRouter(definition.routes);
  const passes = limit === undefined ? () => true : createThrottle(limit, () => now().getTime());

  return async (request: GatewayRequest): Promise<GatewayResponse> => {
    const time = now();
    const requestId = newRequestId();
    const match = find(request.method, rawPathOf(request.url));
    const route = match ?? { routeKey: "-", pathParameters: {} };
    const event = toPayloadV2(request, route, { account, apiId, requestId, time });
    const { response, error } =
      match === undefined
        ? { response: gatewayError(404, "Not Found") }
        : passes(match.routeKey)
          ? await integrate(match.target, match.routeKey, JSON.stringify(event))
          : { response: gatewayError(429, "Too Many Requests") };
    if (accessLog !== undefined) {
      const latencyMs = now().getTime() - time.getTime();
      writeLog(
        accessLog.group,
        formatAccessLogLine(accessLog.format, event, response, { latencyMs, integrationError: error }),
      );
    }
    return { ...response, headers: { ...response.headers, "apigw-requestid": requestId } };
  };

  async function integrate(functionArn: string, routeKey: string, event: string): Promise<IntegrationResult> {
    const sourceArn = `arn:aws:execute-api:${region}:${account}:${apiId}/$default/${routeKey.replace(" ", "")}`;
    const context = { "aws:SourceArn": sourceArn, "aws:SourceAccount": account };
    const invoke = { action: "lambda:InvokeFunction", resource: functionArn, context };
    const invokeFunction = invokerByArn(functionArn);
    const refusal = await authorize(apiGateway, invoke);
    if (invokeFunction === undefined || refusal !== undefined) {
      const error = refusal ?? `There is no function ${functionArn}`;
      return { response: gatewayError(500, "Internal Server Error"), error };
    }
    if (Buffer.byteLength(event) > maxInvocationBytes) {
      return { response: gatewayError(413, "Request Entity Too Large"), error: "The event exceeds Lambda's limit" };
    }
    const outcome = await withinTime(invokeFunction(event));
    switch (outcome.kind) {
      case "result":
        return { response: parseFunctionResponse(outcome.payload) };
      case "timeout":
        return { response: gatewayError(503, "Service Unavailable"), error: "Endpoint request timed out" };
      case "throttled":
        return { response: gatewayError(503, "Service Unavailable"), error: "Rate Exceeded." };
      default:
        return { response: gatewayError(500, "Internal Server Error"), error: outcome.error.errorMessage };
    }
  }
}

async function withinTime<Outcome>(outcome: Promise<Outcome>): Promise<Outcome | { kind: "timeout" }> {
  const { promise, resolve } = Promise.withResolvers<{ kind: "timeout" }>();
  const timer = setTimeout(() => resolve({ kind: "timeout" }), integrationTimeoutMs);
  return Promise.race([outcome, promise]).finally(() => clearTimeout(timer));
}
