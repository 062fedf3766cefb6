import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { type AdminRequest, adminRequest } from "../../shared/access/admin.ts";
import { CliError } from "./outcome.ts";
import type { Target } from "./target.ts";

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const fault = z.object({ errorMessage: z.string() });

/**
 * Asks the stack's access function for one thing; IAM decides who may. Throws `CliError`: `usage` where the request
 * is malformed, `failed` where the stack refuses it or fails.
 */
export async function administer<T>(target: Target, request: AdminRequest, answer: z.ZodType<T>): Promise<T> {
  const checked = adminRequest.safeParse(request);
  if (!checked.success) {
    const [field] = checked.error.issues.map(({ path }) => String(path[0]));
    throw new CliError(
      "usage",
      `${field} is malformed: ${JSON.stringify(Object.entries(request).find(([key]) => key === field)?.[1])}.`,
    );
  }
  const client = new LambdaClient(target.clientConfig("lambda"));
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: target.functions.access, Payload: JSON.stringify(request) }),
  );
  const reply: unknown = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError !== undefined) {
    const { data } = fault.safeParse(reply);
    throw new CliError("failed", `The access function failed: ${data?.errorMessage ?? FunctionError}`);
  }
  const refused = refusal.safeParse(reply);
  if (refused.success) {
    const { code, message } = refused.data.error;
    throw new CliError(code === "invalid_value" ? "usage" : "failed", message);
  }
  const parsed = answer.safeParse(reply);
  if (!parsed.success)
    throw new CliError("failed", "The access function answered something that this version does not know.");
  return parsed.data;
}
