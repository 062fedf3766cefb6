import type { IncomingMessage, ServerResponse } from "node:http";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import type { Authorize, Principal } from "#infra/local/iam/authorizer.ts";
import type { RequiredPermission } from "#infra/local/iam/permissions/required-permission.ts";
import { readBody } from "#infra/local/read-body.ts";
import { createForwarder } from "./forward.ts";
import { createProtocols, type ProxiedServices } from "./protocols.ts";
import { sendAwsError } from "./send-aws-error.ts";

export type ServiceProxyOptions = ProxiedServices & {
  readonly authorize: Authorize;
  readonly faultInjector: FaultInjector | undefined;
  principalOf(accessKey: string): Principal;
  onDenied(sentence: string): void;
};

/**
 * Creates a handler for requests of AWS's JSON protocols: evaluates the policies of the caller and forwards allowed
 * requests to the emulator of the service.
 */
export function createServiceProxy(options: ServiceProxyOptions) {
  const engines = createForwarder(options.awsEnvironment.region);
  const byName = createProtocols(options, engines);

  async function handle(request: IncomingMessage, response: ServerResponse, accessKey: string): Promise<void> {
    const [name = "", operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    const protocol = byName.get(name);
    if (protocol === undefined) {
      const message = "This endpoint speaks DynamoDB, SQS, KMS, CloudWatch Logs and Lambda over AWS JSON.";
      sendAwsError(response, 400, "UnknownOperationException", message);
      return;
    }
    const text = await readBody(request);
    const principal = options.principalOf(accessKey);
    let accesses: RequiredPermission[];
    let input: unknown;
    try {
      input = JSON.parse(text);
      accesses = protocol.requiredPermissions(operation, input);
    } catch (error) {
      sendAwsError(response, 400, "SerializationException", error instanceof Error ? error.message : String(error));
      return;
    }
    for (const access of accesses) {
      const refusal = await options.authorize(principal, access);
      if (refusal === undefined) continue;
      options.onDenied(refusal);
      sendAwsError(response, protocol.deniedStatus, "AccessDeniedException", refusal);
      return;
    }
    const call = { service: name, operation, input, caller: principal.arn };
    const fault = options.faultInjector?.errorFor(call);
    if (fault !== undefined) return sendAwsError(response, 400, fault, "Injected fault.");
    const dropsResponse = options.faultInjector?.dropsResponse(call) ?? false;
    await protocol.handle(operation, text, { request, response, dropsResponse, caller: principal.arn });
  }

  return { handle, close: engines.close };
}
