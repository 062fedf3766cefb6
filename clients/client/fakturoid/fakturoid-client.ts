import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { getBody, getItems } from "#clients/client/http/body.ts";
import { type ConnectionOptions, createConnection } from "#clients/client/http/connection.ts";
import { createList, type List } from "#clients/client/http/page.ts";
import { encodePathSegment } from "#clients/client/http/path-segment.ts";
import type { ApiRequest, ApiResponse, ConditionalOptions, RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { QueryOf, Schemas } from "#clients/client/openapi-types.ts";
import { createAccessTokens } from "./access-token.ts";

export type FakturoidClientOptions = ConnectionOptions & {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The application and a contact address, such as `Our ledger (ledger@example.com)`. The API requires it. */
  readonly userAgent: string;
};

export type FakturoidEvent = Schemas["FakturoidEvent"];

export type EventsParams = QueryOf<"list_events">;

/**
 * The client fetches its access token and renews it. A new event moves the others on: an event can then appear again on
 * the next page, but none is missing.
 */
export type FakturoidClient = {
  /** The events of an account, newest first. */
  events(slug: string): List<FakturoidEvent, EventsParams>;
  /** The events of an account that are payments, newest first. */
  paidEvents(slug: string): List<FakturoidEvent, EventsParams>;
  /** Returns the user of the client, and the slugs of its accounts. */
  user(options?: RequestOptions): Promise<Schemas["FakturoidUser"]>;
};

type SendOptions = RequestOptions & Partial<ConditionalOptions>;

/** Events per page of the API. */
const pageSize = 40;

const basePath = "/api/v3";

/** Creates a client of the Fakturoid API, for servers only: it holds a client secret. Throws `ActivityLogError` if an option is invalid. */
export function createFakturoidClient(options: FakturoidClientOptions): FakturoidClient {
  const { clientId, clientSecret, userAgent, ...connectionOptions } = options;
  const connection = createConnection(connectionOptions, { "user-agent": userAgent });
  const tokens = createAccessTokens(connection, { clientId, clientSecret });

  const sendWith = (token: string, request: ApiRequest, requestOptions: SendOptions) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    return send(connection, { ...request, headers }, requestOptions);
  };

  /** Sends a request, and once more with a new token if the API refuses the one that was kept: it may be revoked. */
  const sendAuthorized = async (request: ApiRequest, requestOptions: SendOptions = {}): Promise<ApiResponse> => {
    const token = await tokens.get(requestOptions.signal);
    try {
      return await sendWith(token, request, requestOptions);
    } catch (error) {
      if (!(error instanceof ActivityLogError) || error.code !== "unauthenticated") throw error;
      tokens.discard(token);
      return sendWith(await tokens.get(requestOptions.signal), request, requestOptions);
    }
  };

  const listOf = (eventsPath: string) => {
    const first: EventsParams = {};
    return createList<FakturoidEvent, EventsParams>(first, async (query, listOptions) => {
      const response = await sendAuthorized({ method: "GET", path: eventsPath, query }, listOptions);
      if (response.status === 304) return null;
      const items = getItems<FakturoidEvent>(response);
      const next = items.length < pageSize ? null : { ...query, page: (query.page ?? 1) + 1 };
      return { items, next, etag: response.headers.get("etag") };
    });
  };

  return {
    events: (slug) => listOf(`${basePath}/accounts/${encodePathSegment(slug)}/events.json`),
    paidEvents: (slug) => listOf(`${basePath}/accounts/${encodePathSegment(slug)}/events/paid.json`),
    async user(requestOptions) {
      const response = await sendAuthorized({ method: "GET", path: `${basePath}/user.json` }, requestOptions);
      return getBody<Schemas["FakturoidUser"]>(response, "accounts");
    },
  };
}
