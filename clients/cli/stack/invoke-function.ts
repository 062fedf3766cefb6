import * as z from "zod";
import type { ZodMiniType } from "zod/mini";
import { CliError } from "#clients/cli/command-result.ts";
import type { StackConnection } from "./resolve-stack.ts";

const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const failureSchema = z.object({ errorMessage: z.string() });

/**
 * Invokes a function of the stack; IAM authorises the call. Throws `CliError`: `usage` if the function refuses the
 * request as malformed, `failed` if it refuses it otherwise or fails.
 */
export async function invokeFunction<T>(
  stack: StackConnection,
  name: keyof StackConnection["functions"],
  request: object,
  schema: ZodMiniType<T> | z.ZodType<T>,
): Promise<T> {
  const FunctionName = stack.functions[name];
  if (FunctionName === undefined) throw new CliError("failed", `The stack has no ${name} function. Deploy it again.`);
  // Imported on demand, as all clients of AWS: the help and the commands of the API need none.
  const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
  const client = new LambdaClient(stack.clientConfig("lambda"));
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }),
  );
  const reply: unknown = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError !== undefined) {
    const { data } = failureSchema.safeParse(reply);
    throw new CliError("failed", `The ${name} function failed: ${data?.errorMessage ?? FunctionError}`);
  }
  const refused = refusalSchema.safeParse(reply);
  if (refused.success) {
    const { code, message } = refused.data.error;
    throw new CliError(code === "invalid_value" ? "usage" : "failed", message);
  }
  const parsed = schema.safeParse(reply);
  if (!parsed.success) {
    throw new CliError(
      "failed",
      `Unknown response from the ${name} function. This version of the command line may be too old.`,
    );
  }
  return parsed.data;
}
