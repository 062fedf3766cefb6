import type { HttpRequest } from "#shared/api/http/request.ts";
import type { UnparsedParameter } from "#shared/api/operations/parameter.ts";
import { ActivityError } from "#shared/errors.ts";

/** The header that every operation requires. */
export const userAgent: UnparsedParameter = {
  component: "FakturoidUserAgent",
  name: "User-Agent",
  in: "header",
  required: true,
  description: "The client and a contact address. Any text that is not blank is accepted.",
  schema: { type: "string", minLength: 1 },
  example: "Our ledger (ledger@example.com)",
};

/** Throws `ActivityError` `required_field` if a request does not name its client, as the vendor requires. */
export function assertUserAgent({ headers }: Pick<HttpRequest, "headers">): void {
  if (headers["user-agent"]?.trim()) return;
  throw new ActivityError("required_field", 'Required header "User-Agent" is missing', { field: "User-Agent" });
}
