import type * as z from "zod";
import { type AdminRequest, adminRequest } from "#shared/auth/admin/admin-request.ts";
import { shardCounts } from "#shared/events/shards/shards.ts";
import { CliError } from "./command-result.ts";
import { invoke } from "./invoke.ts";
import type { Target } from "./stack.ts";

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
  return invoke(target, "access", request, answer);
}
