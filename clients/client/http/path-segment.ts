import { ActivityLogError } from "./activity-log-error.ts";

/** Whether a text can be a segment of a path: `.` and `..` are resolved, however they are encoded (RFC 3986, section 5.2.4). */
export function isPathSegment(text: string): boolean {
  return !/^\.{0,2}$/.test(text) && text.isWellFormed();
}

/** Encodes an id as one segment of a path. Throws `ActivityLogError` for ids that would change the path or are not UTF-16. */
export function encodePathSegment(id: string): string {
  if (!isPathSegment(id)) throw new ActivityLogError("invalid_request", `'${id}' is not an id.`);
  return encodeURIComponent(id);
}
