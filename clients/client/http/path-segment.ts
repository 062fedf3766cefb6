import { ActivityLogError } from "./activity-log-error.ts";

/** Encodes an id as one segment of a path. Throws `ActivityLogError` for ids that would change the path or are not UTF-16. */
export function encodePathSegment(id: string): string {
  if (/^\.{0,2}$/.test(id) || !id.isWellFormed())
    throw new ActivityLogError("invalid_request", `'${id}' is not an id.`);
  return encodeURIComponent(id);
}
