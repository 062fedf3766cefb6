import type * as z from "zod";
import { CliError } from "#clients/cli/command-result.ts";
import { type AdminRequest, adminRequestSchema } from "#shared/auth/admin/admin-request.ts";
import { shardCounts } from "#shared/events/shards/shards.ts";
import { invokeFunction } from "./invoke-function.ts";
import type { StackConnection } from "./resolve-stack.ts";

const orgForm = "letters, digits, - and _, at most 64 of them";
const forms: Readonly<Record<string, string>> = {
  org_id: orgForm,
  org_ids: orgForm,
  slug: "lower-case letters, digits and -, at most 64 of them",
  account_number: "1 to 64 characters",
  time_zone: "an IANA name such as Europe/Prague, or UTC",
  shards: `one of ${shardCounts.join(", ")}`,
  token_id: "tok_ and 32 hexadecimal digits, see token list",
};

/**
 * Calls the administrative function of the stack; IAM authorises the call. Throws `CliError`: `usage` if the request is
 * malformed, `failed` if the stack refuses it or fails.
 */
export async function callAdmin<T>(stack: StackConnection, request: AdminRequest, schema: z.ZodType<T>): Promise<T> {
  const checked = adminRequestSchema.safeParse(request);
  if (!checked.success) {
    const [field = "request"] = checked.error.issues.map(({ path }) => String(path[0]));
    // The value is not repeated: it may be a secret in the wrong argument.
    throw new CliError("usage", `Invalid ${field}.${field in forms ? ` Expected: ${forms[field]}.` : ""}`);
  }
  return invokeFunction(stack, "admin", request, schema);
}
