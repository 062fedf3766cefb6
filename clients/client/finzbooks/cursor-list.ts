import { createInvalidResponseError } from "#clients/client/http/body.ts";
import type { Connection } from "#clients/client/http/connection.ts";
import { createList, type List } from "#clients/client/http/page.ts";
import type { ApiResponse, Query } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";

export const basePath = "/api/public/v1";

/** The parts of a response that all pages by cursor have. */
type PageBody = { readonly page_context: { readonly has_more_page: boolean } };

type CursorList<Item, Body extends PageBody> = {
  readonly connection: Connection;
  readonly path: string;
  /** Throws `ActivityLogError` if the body is not that of a page. */
  getBody(response: ApiResponse): Body;
  getItems(body: Body): readonly Item[];
};

/** Creates a list whose pages end with a cursor, which the `Link` header has (RFC 8288). */
export function createCursorList<Item, Params extends Query & { readonly cursor?: string }, Body extends PageBody>(
  first: Params,
  { connection, path, getBody, getItems }: CursorList<Item, Body>,
): List<Item, Params> {
  return createList(first, async (query, options) => {
    const response = await send(connection, { method: "GET", path, query }, options);
    if (response.status === 304) return null;
    const body = getBody(response);
    const cursor = parseNextCursor(response.headers.get("link"));
    // A proxy that removes the header must not make the list look complete.
    if (body.page_context.has_more_page && cursor === null) throw createInvalidResponseError(response);
    // The next page would be this one, without end.
    if (cursor !== null && cursor === query.cursor) throw createInvalidResponseError(response);
    const next = cursor === null ? null : { ...query, cursor };
    return { items: getItems(body), next, etag: response.headers.get("etag") };
  });
}

/** Returns only the cursor of the link, so that no other host is ever sent the token. */
export function parseNextCursor(link: string | null): string | null {
  const [, address] = /<([^<>]*)>;\s*rel="?next"?/.exec(link ?? "") ?? [];
  if (address === undefined) return null;
  const base = "http://relative.invalid";
  return URL.canParse(address, base) ? new URL(address, base).searchParams.get("cursor") : null;
}
