import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { type AdminRequest, adminRequest } from "../../shared/access/admin-request.ts";
import { shardCounts } from "../../shared/events/shards.ts";
import { CliError } from "./outcome.ts";
import type { Target } from "./target.ts";

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const fault = z.object({ errorMessage: z.string() });

const orgForm = "letters, digits, - and _, at most 64 of them";
const forms: Readonly<Record<string, string>> = {
  org_id: orgForm,
  org_ids: orgForm,
  slug: "lower-case letters, digits and -, at most 64 of them",
  account_number: "1 to 64 characters",
  time_zone: "an IANA name such as Europe/Prague, or UTC",
  shards: `one of ${shardCounts.join(", ")}`,
  token_id: "tok_ and 32 hexadecimal digits, as token list shows it",
};

/**
 * Asks the stack's access function for one thing; IAM decides who may. Throws `CliError`: `usage` where the request
 * is malformed, `failed` where the stack refuses it or fails.
 */
export async function administer<T>(target: Target, request: AdminRequest, answer: z.ZodType<T>): Promise<T> {
  const checked = adminRequest.safeParse(request);
  if (!checked.success) {
    const [field = "request"] = checked.error.issues.map(({ path }) => String(path[0]));
    // What was given is not shown again: it may be a secret, pasted in the wrong place.
    throw new CliError("usage", `The ${field} is malformed${field in forms ? `: it is ${forms[field]}` : ""}.`);
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
