import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import type { ZodMiniType } from "zod/mini";
import { CliError } from "./command-result.ts";
import type { Target } from "./stack.ts";

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const failure = z.object({ errorMessage: z.string() });

/**
 * Invokes a function of the stack; IAM decides who may. Throws `CliError`: `usage` where the function refuses the
 * request as malformed, `failed` where it refuses it otherwise or fails.
 */
export async function invoke<T>(
  target: Target,
  name: keyof Target["functions"],
  request: object,
  answer: ZodMiniType<T> | z.ZodType<T>,
): Promise<T> {
  const client = new LambdaClient(target.clientConfig("lambda"));
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: target.functions[name], Payload: JSON.stringify(request) }),
  );
  const reply: unknown = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError !== undefined) {
    const { data } = failure.safeParse(reply);
    throw new CliError("failed", `The ${name} function failed: ${data?.errorMessage ?? FunctionError}`);
  }
  const refused = refusal.safeParse(reply);
  if (refused.success) {
    const { code, message } = refused.data.error;
    throw new CliError(code === "invalid_value" ? "usage" : "failed", message);
  }
  const parsed = answer.safeParse(reply);
  if (!parsed.success) {
    throw new CliError("failed", `The ${name} function answered something that this version does not know.`);
  }
  return parsed.data;
}
