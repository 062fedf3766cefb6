import { basePath, parseNextCursor } from "#clients/client/finzbooks/cursor-list.ts";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { createInvalidResponseError, getBody } from "#clients/client/http/body.ts";
import type { ApiResponse } from "#clients/client/http/request.ts";
import { toResponseError } from "#clients/client/http/response-error.ts";
import { parseEvent } from "./parse-event.ts";
import type { TimelineEvent } from "./timeline-event.ts";

/** Which events a timeline shows. Empty: all of the organisation. */
export type EventQuery = {
  readonly entity_type?: string;
  readonly entity_id?: string;
  readonly actor_user_id?: string;
  /** ISO 8601. */
  readonly since?: string;
};

export type EventPage = {
  readonly events: readonly TimelineEvent[];
  /** The cursor of the next page; `null` on the last one. */
  readonly next: string | null;
  readonly etag: string | null;
};

export type FetchPageOptions = {
  readonly cursor: string | null;
  /** The `etag` of the page that the caller has. */
  readonly etag: string | null;
  readonly signal: AbortSignal;
};

export type FetchedPage = {
  /** `null` if the page still has the given `etag`. */
  readonly page: EventPage | null;
  /** The share of the rate limit that is left, from 0 to 1. */
  readonly budget: number;
};

/** Fetches a page of events, newest first. Throws `ActivityLogError`. */
export type FetchPage = (query: EventQuery, options: FetchPageOptions) => Promise<FetchedPage>;

export type EventSourceOptions = {
  /** The address of the API, such as `https://activity.example.com`. */
  readonly baseUrl: string;
  readonly token: string;
  /** The organisation. Needed if the token has access to several. */
  readonly org?: string | undefined;
};

/** What the source needs of its environment. */
export type EventSourcePorts = { readonly fetch: typeof globalThis.fetch; now(): Date };

type ActivityBody = {
  readonly activity: readonly unknown[];
  readonly page_context: { readonly has_more_page: boolean };
};

const pageSize = 50;

/** The API needs 30 seconds at most. */
const timeoutMs = 35_000;

/**
 * Creates the source of a timeline. It shares the errors and cursors of `@activity-log/client`, but not its retries: the
 * timeline shows what is wrong, and when it tries again.
 */
export function createEventSource({ baseUrl, token, org }: EventSourceOptions, ports: EventSourcePorts): FetchPage {
  const identity = { authorization: `Bearer ${token}`, ...(org === undefined ? {} : { "x-aibooks-org": org }) };
  return async (query, { cursor, etag, signal }) => {
    const params = new URLSearchParams({ limit: String(pageSize), include: "actor,text,related", ...query });
    if (cursor !== null) params.set("cursor", cursor);
    const headers = { ...identity, ...(etag === null ? {} : { "if-none-match": etag }) };
    const url = `${baseUrl.replace(/\/+$/, "")}${basePath}/activity?${params}`;
    const response = await send(url, { headers, signal }, ports.fetch);
    const budget = parseBudget(response.headers);
    if (response.status === 304) return { page: null, budget };
    if (response.status !== 200) throw toResponseError(response, ports.now());
    return { page: toPage(response), budget };
  };
}

type SendOptions = { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal };

async function send(
  url: string,
  { headers, signal }: SendOptions,
  fetch: EventSourcePorts["fetch"],
): Promise<ApiResponse> {
  try {
    const response = await fetch(url, {
      headers,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      // The API never redirects, and another host must not be sent the token.
      redirect: "error",
    });
    const body: unknown = await response.json().catch(() => null);
    return { status: response.status, headers: response.headers, body };
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActivityLogError("network", "The request failed.", { cause });
  }
}

function parseBudget(headers: ApiResponse["headers"]): number {
  const [left, limit] = ["remaining", "limit"].map((name) => headers.get(`x-ratelimit-${name}`));
  return left && limit ? Number(left) / Number(limit) : 1;
}

function toPage(response: ApiResponse): EventPage {
  const { activity, page_context } = getBody<ActivityBody>(response, "activity", "page_context");
  const next = parseNextCursor(response.headers.get("link"));
  // A proxy that removes the header must not make the list look complete.
  if (!Array.isArray(activity) || (page_context.has_more_page && next === null)) {
    throw createInvalidResponseError(response);
  }
  const events = activity.map(parseEvent).filter((event) => event !== null);
  return { events, next, etag: response.headers.get("etag") };
}
