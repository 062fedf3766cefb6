import type { HttpRequest } from "#shared/api/http/request.ts";
import { ActivityError } from "#shared/errors.ts";

/** The vendor wants to know whom to write to. Throws `ActivityError` `required_field` where nobody is named. */
export function assertUserAgent({ headers }: Pick<HttpRequest, "headers">): void {
  if (headers["user-agent"]?.trim()) return;
  throw new ActivityError("required_field", 'Required header "User-Agent" is missing', { field: "User-Agent" });
}
