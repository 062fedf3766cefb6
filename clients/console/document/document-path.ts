import { isPathSegment } from "#clients/client/http/path-segment.ts";

/** Returns the path of the page of a document, as of an event or a time; `null` if its id cannot be in a path. */
export function toDocumentPath(type: string, id: string, at: string | null = null): string | null {
  if (!isPathSegment(type) || !isPathSegment(id)) return null;
  const query = at === null ? "" : `?${new URLSearchParams({ at })}`;
  return `/documents/${encodeURIComponent(type)}/${encodeURIComponent(id)}${query}`;
}
