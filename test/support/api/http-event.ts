import type { APIGatewayProxyEventV2, Context } from "aws-lambda";

/** What API Gateway hands to a function for a request: payload 2.0. */
export function buildHttpEvent(
  target: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): APIGatewayProxyEventV2 {
  const [rawPath = "", rawQueryString = ""] = target.split("?");
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers: { host: "api.example.com", "x-forwarded-proto": "https", ...headers },
    requestContext: {
      accountId: "000000000000",
      apiId: "api",
      domainName: "api.execute-api.example.com",
      domainPrefix: "api",
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
      requestId: "req-1",
      routeKey: "$default",
      stage: "$default",
      time: "01/Jun/2026:12:00:30 +0000",
      timeEpoch: 1_780_315_230_000,
    },
    isBase64Encoded: false,
  };
}

/** A function's context with so much time left, in milliseconds. */
export function buildLambdaContext(remaining = 10_000): Context {
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: "test",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:eu-central-1:000000000000:function:test",
    memoryLimitInMB: "512",
    awsRequestId: "invocation-1",
    logGroupName: "test",
    logStreamName: "test",
    getRemainingTimeInMillis: () => remaining,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
