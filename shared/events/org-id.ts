import { maxEventBytes, orgIdPattern } from "./limits.ts";

/**
 * The organisation that the body of a message names, valid event or not; `null` where it names none, or is too large
 * to be an event: what a message may hold beyond that takes long to parse.
 */
export function parseOrgId(body: string): string | null {
  if (Buffer.byteLength(body) > maxEventBytes) return null;
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== "object" || parsed === null || !("org_id" in parsed)) return null;
    return typeof parsed.org_id === "string" && orgIdPattern.test(parsed.org_id) ? parsed.org_id : null;
  } catch {
    return null;
  }
}
