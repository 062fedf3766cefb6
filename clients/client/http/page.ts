import type { ConditionalOptions, RequestOptions } from "./request.ts";

/** A page of a list. It is plain data: `next` can be stored, and used later or elsewhere. */
export type Page<Item, Params> = {
  readonly items: readonly Item[];
  /** The parameters of the next page; `null` on the last one. */
  readonly next: Params | null;
  /** Identifies the content of the page, for `ifNoneMatch`; `null` if the list has none. */
  readonly etag: string | null;
};

/** A list, by pages or by items. Its methods throw `ActivityLogError`. */
export type List<Item, Params> = {
  /** Returns a page, or `null` if it still has the given `etag`. */
  list(params: Params, options: ConditionalOptions): Promise<Page<Item, Params> | null>;
  /** Returns a page: the first one, or that of the `next` of another page. */
  list(params?: Params, options?: RequestOptions): Promise<Page<Item, Params>>;
  /** Iterates over all items, from the page of `params` to the last one. A page is requested when it is needed. */
  iterate(params?: Params, options?: RequestOptions): AsyncGenerator<Item, void, undefined>;
};

type FetchPage<Item, Params> = (
  params: Params,
  options: RequestOptions & Partial<ConditionalOptions>,
) => Promise<Page<Item, Params> | null>;

/** Creates a list. `fetchPage` returns `null` only for a page that still has the given `etag`. */
export function createList<Item, Params>(first: Params, fetchPage: FetchPage<Item, Params>): List<Item, Params> {
  function list(params: Params, options: ConditionalOptions): Promise<Page<Item, Params> | null>;
  function list(params?: Params, options?: RequestOptions): Promise<Page<Item, Params>>;
  function list(params: Params = first, options: RequestOptions = {}): Promise<Page<Item, Params> | null> {
    return fetchPage(params, options);
  }

  async function* iterate(params: Params = first, { signal }: RequestOptions = {}) {
    let next: Params | null = params;
    while (next !== null) {
      const page: Page<Item, Params> = await list(next, { signal });
      yield* page.items;
      next = page.next;
    }
  }

  return { list, iterate };
}
