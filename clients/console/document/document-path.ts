/** Returns the path of the page of a document, as of an event or a time. */
export function toDocumentPath(type: string, id: string, at: string | null = null): string {
  const query = at === null ? "" : `?${new URLSearchParams({ at })}`;
  return `/documents/${encodeURIComponent(type)}/${encodeURIComponent(id)}${query}`;
}
