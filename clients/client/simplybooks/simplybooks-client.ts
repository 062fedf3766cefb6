import { getBody, getItems } from "#clients/client/http/body.ts";
import { type ConnectionOptions, createConnection } from "#clients/client/http/connection.ts";
import { createList, type List } from "#clients/client/http/page.ts";
import { encodePathSegment } from "#clients/client/http/path-segment.ts";
import type { RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { QueryOf, Schemas } from "#clients/client/openapi-types.ts";

export type SimplybooksClientOptions = ConnectionOptions & {
  readonly apiKey: string;
  /** The account, by id or number. Needed if the key has access to several. */
  readonly account?: string | undefined;
};

export type Activity = Schemas["SimplybooksActivity"];

/** The client always requests JSON. */
export type ActivitiesParams = Omit<QueryOf<"list_activities">, "format">;

export type SimplybooksClient = {
  /**
   * The activities of the account, newest first. A new one moves the others on: an activity can then appear again on the
   * next page, but none is missing.
   */
  readonly activities: List<Activity, ActivitiesParams> & {
    get(id: string, params?: Pick<ActivitiesParams, "fields">, options?: RequestOptions): Promise<Activity>;
  };
  /** Returns the account of the key. */
  account(options?: RequestOptions): Promise<Schemas["SimplybooksAccount"]>;
};

/** The `take` of requests without one, as in the API. */
const defaultTake = 100;

const basePath = "/api/v1";

/** Creates a client of the SimplyBooks API. Throws `ActivityLogError` if an option is invalid. */
export function createSimplybooksClient({ apiKey, account, ...options }: SimplybooksClientOptions): SimplybooksClient {
  const connection = createConnection(options, { "x-api-key": apiKey, "x-accountid": account });
  const format = "json";
  const first: ActivitiesParams = {};
  const activities = createList<Activity, ActivitiesParams>(first, async (params, listOptions) => {
    const query = { ...params, format };
    const response = await send(connection, { method: "GET", path: `${basePath}/activities`, query }, listOptions);
    if (response.status === 304) return null;
    const items = getItems<Activity>(response);
    const isLast = items.length < (params.take ?? defaultTake);
    const next = isLast ? null : { ...params, skip: (params.skip ?? 0) + items.length };
    return { items, next, etag: response.headers.get("etag") };
  });
  return {
    activities: {
      ...activities,
      async get(id, params = {}, requestOptions) {
        const request = {
          method: "GET",
          path: `${basePath}/activities/${encodePathSegment(id)}`,
          query: { ...params, format },
        } as const;
        return getBody<Activity>(await send(connection, request, requestOptions));
      },
    },
    async account(requestOptions) {
      const request = { method: "GET", path: `${basePath}/accounts/current`, query: { format } } as const;
      return getBody<Schemas["SimplybooksAccount"]>(await send(connection, request, requestOptions), "number");
    },
  };
}
