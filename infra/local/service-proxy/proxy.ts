import type { IncomingMessage, ServerResponse } from "node:http";
import type { Faults } from "#infra/local/fault-injection.ts";
import type { Access } from "./access.ts";
import type { Judge, Principal } from "./authorizer.ts";
import { forwarder } from "./forward.ts";
import { protocols, type Services } from "./protocols.ts";
import { refuse } from "./send-aws-error.ts";
import { textOf } from "./text.ts";

export interface GateOptions extends Services {
  readonly judge: Judge;
  readonly faults: Faults | undefined;
  principalOf(accessKey: string): Principal;
  onRefusal(sentence: string): void;
}

/**
 * Handles requests of AWS's JSON protocol: judges each by the policies of who makes it, and lets the service behind
 * the gate answer those that are allowed.
 */
export function gateHandler(options: GateOptions) {
  const engines = forwarder(options.where.region);
  const byName = protocols(options, engines);

  async function handle(request: IncomingMessage, response: ServerResponse, accessKey: string): Promise<void> {
    const [name = "", operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    const protocol = byName.get(name);
    if (protocol === undefined) {
      const message = "This endpoint speaks DynamoDB, SQS, KMS, CloudWatch Logs and Lambda over AWS JSON.";
      refuse(response, 400, "UnknownOperationException", message);
      return;
    }
    const text = await textOf(request);
    const principal = options.principalOf(accessKey);
    let accesses: Access[];
    let input: unknown;
    try {
      input = JSON.parse(text);
      accesses = protocol.access(operation, input);
    } catch (error) {
      refuse(response, 400, "SerializationException", error instanceof Error ? error.message : String(error));
      return;
    }
    for (const access of accesses) {
      const refusal = await options.judge(principal, access);
      if (refusal === undefined) continue;
      options.onRefusal(refusal);
      refuse(response, protocol.refusalStatus, "AccessDeniedException", refusal);
      return;
    }
    const call = { service: name, operation, input, caller: principal.arn };
    const fault = options.faults?.refuses(call);
    if (fault !== undefined) return refuse(response, 400, fault, "A fault that is meant to be.");
    const losesAnswer = options.faults?.losesAnswer(call) ?? false;
    await protocol.answer(operation, text, { request, response, losesAnswer, caller: principal.arn });
  }

  return { handle, close: engines.close };
}
