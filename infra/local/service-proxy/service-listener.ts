import type { RequestListener } from "node:http";
import { createInvokeApi, type InvokeApiOptions, isInvokeRequest } from "#infra/local/lambda/invoke-api.ts";
import { sendAwsError } from "./send-aws-error.ts";
import { createServiceProxy, type ServiceProxyOptions } from "./service-proxy.ts";

/**
 * The one server that emulates DynamoDB, SQS, KMS, CloudWatch Logs and Lambda: SDKs, the AWS CLI and the functions
 * all come here.
 */
export function createServiceListener(options: ServiceProxyOptions & InvokeApiOptions) {
  const gate = createServiceProxy(options);
  const invoke = createInvokeApi(options);

  const listener: RequestListener = async (request, response) => {
    // A web page must not reach the services through its visitor's browser: it can neither set this header without a
    // preflight, which is never answered, nor give its own host name a loopback address.
    const accessKey = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1];
    const isLocal = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? "");
    if (accessKey === undefined || !isLocal || request.method !== "POST") {
      sendAwsError(response, 403, "MissingAuthenticationTokenException", "Sign the request: any access key will do.");
      return;
    }
    try {
      if (isInvokeRequest(request.url ?? "/")) await invoke(request, response, accessKey);
      else await gate.handle(request, response, accessKey);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendAwsError(response, 500, "InternalFailure", error instanceof Error ? error.message : String(error));
    }
  };
  return { listener, close: gate.close };
}
