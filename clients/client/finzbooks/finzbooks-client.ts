import { getBody } from "#clients/client/http/body.ts";
import { type ConnectionOptions, createConnection } from "#clients/client/http/connection.ts";
import type { List } from "#clients/client/http/page.ts";
import { encodePathSegment } from "#clients/client/http/path-segment.ts";
import type { ApiResponse, RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { BodyOf, OperationId, QueryOf, ResponseOf, Schemas } from "#clients/client/openapi-types.ts";
import { type ChangesParams, iterateChanges } from "./changes.ts";
import { basePath, createCursorList } from "./cursor-list.ts";
import { createProofs, type Proofs } from "./proofs.ts";
import { createTokens, type Tokens } from "./tokens.ts";
import { createWebhooks, type Webhooks } from "./webhooks.ts";

export type FinzbooksClientOptions = ConnectionOptions & {
  /** `aibooks_pat_…`. */
  readonly token: string;
  /** The organisation. Needed if the token has access to several. */
  readonly org?: string | undefined;
};

export type ActivityEvent = Schemas["Event"];

export type ActivityParams = Omit<QueryOf<"list_activity">, "organization_id">;

export type ViewerTokenSettings = BodyOf<"create_viewer_token">;

export type TimelineParams = Omit<QueryOf<"list_invoices_activity">, "organization_id">;

/** The collections of documents that have timelines: `invoices`, `bills` … */
export type Collection = CollectionOf<OperationId>;

type CollectionOf<Id> = Id extends `list_${infer Name}_activity` ? Name : never;

export type FinzbooksClient = {
  /** The events of the organisation, newest first. */
  readonly activity: List<ActivityEvent, ActivityParams>;
  /** The events of one document, newest first. The list of an unknown document is empty. */
  timeline(collection: Collection, id: string): List<ActivityEvent, TimelineParams>;
  /** Returns what the token may do. */
  whoami(options?: RequestOptions): Promise<Schemas["Whoami"]["token"]>;
  /**
   * Issues a token for a browser, limited and for an hour at most. Needs a token with the scope
   * `AIBooks.viewer_tokens.CREATE`: call it on a server.
   */
  createViewerToken(settings?: ViewerTokenSettings, options?: RequestOptions): Promise<Schemas["ViewerToken"]>;
  /**
   * Iterates over the changes of the organisation, oldest first and without gaps, from the one after `after` on. With
   * `wait` it goes on when there are further changes, until it is ended by `break` or the signal. Throws
   * `ActivityLogError`; iterate again after the last sequence to continue.
   *
   * @example
   * for await (const { sequence, activity } of client.changes({ after: stored, wait: 20 })) await book(sequence, activity);
   */
  changes(params?: ChangesParams, options?: RequestOptions): AsyncGenerator<Schemas["Change"], void, undefined>;
  /** Proofs of the events, for those who do not trust this API. */
  readonly proofs: Proofs;
  /** The tokens of the organisation. */
  readonly tokens: Tokens;
  /** Needs a token with the scope `AIBooks.webhooks.MANAGE`. */
  readonly webhooks: Webhooks;
};

/** Creates a client of the FinzBooks API and of the webhook API. Throws `ActivityLogError` if an option is invalid. */
export function createFinzbooksClient({ token, org, ...options }: FinzbooksClientOptions): FinzbooksClient {
  const connection = createConnection(options, { authorization: `Bearer ${token}`, "x-aibooks-org": org });
  const events = {
    connection,
    getBody: (response: ApiResponse) => getBody<Schemas["Activity"]>(response, "activity", "page_context"),
    getItems: ({ activity }: Schemas["Activity"]) => activity,
  };
  const activity: ActivityParams = {};
  const timeline: TimelineParams = {};
  return {
    activity: createCursorList(activity, { ...events, path: `${basePath}/activity` }),
    timeline(collection, id) {
      const path = `${basePath}/${encodePathSegment(collection)}/${encodePathSegment(id)}/activity`;
      return createCursorList(timeline, { ...events, path });
    },
    async whoami(requestOptions) {
      const response = await send(connection, { method: "GET", path: `${basePath}/whoami` }, requestOptions);
      return getBody<Schemas["Whoami"]>(response, "token").token;
    },
    async createViewerToken(body = {}, requestOptions) {
      const request = { method: "POST", path: `${basePath}/viewer-tokens`, body } as const;
      const response = await send(connection, request, requestOptions);
      return getBody<ResponseOf<"create_viewer_token", 201>>(response, "viewer_token").viewer_token;
    },
    changes: (params = {}, requestOptions) => iterateChanges(connection, params, requestOptions),
    proofs: createProofs(connection),
    tokens: createTokens(connection),
    webhooks: createWebhooks(connection),
  };
}
