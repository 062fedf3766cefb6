import { ActivityError } from "../../events/errors.ts";
import type { HttpRequest } from "../http.ts";

/** The vendor wants to know whom to write to. Throws `ActivityError` `required_field` where nobody is named. */
export function requireUserAgent({ headers }: Pick<HttpRequest, "headers">): void {
  if (headers["user-agent"]?.trim()) return;
  throw new ActivityError("required_field", 'Required header "User-Agent" is missing', { field: "User-Agent" });
}
