import { parseJson } from "#shared/platform/json.ts";
import { maxEventBytes, orgIdPattern } from "./limits.ts";

/**
 * Returns the organisation that the body of a message names, even if it is not a valid event; `null` if it names none
 * or is larger than an event may be, which would take long to parse.
 */
export function parseOrgId(body: string): string | null {
  if (Buffer.byteLength(body) > maxEventBytes) return null;
  const parsed = parseJson(body);
  if (typeof parsed !== "object" || parsed === null || !("org_id" in parsed)) return null;
  return typeof parsed.org_id === "string" && orgIdPattern.test(parsed.org_id) ? parsed.org_id : null;
}
