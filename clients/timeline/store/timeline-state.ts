import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";

/** What the timeline does, or why it cannot. The set is closed: a `switch` over it is exhaustive. */
export type TimelineStatus =
  | { readonly kind: "loading" }
  | { readonly kind: "loading_more" }
  | { readonly kind: "ready" }
  /** The host is asked for a new token. */
  | { readonly kind: "token_expired" }
  | { readonly kind: "forbidden" }
  /** Continues when the browser is online. */
  | { readonly kind: "offline" }
  /** Continues by itself at that Unix time in milliseconds. */
  | { readonly kind: "rate_limited"; readonly retryAtMs: number }
  /** Continues by itself if the error can pass; `requestId` identifies the request in the audit log. */
  | { readonly kind: "failed"; readonly requestId: string | null };

export type TimelineState = {
  readonly status: TimelineStatus;
  /** Newest first. */
  readonly events: readonly TimelineEvent[];
  readonly hasMore: boolean;
  /** How many events have arrived that are not shown yet. */
  readonly newCount: number;
  /** Whether more have arrived than were counted. */
  readonly hasUncountedNew: boolean;
};

export const initialState: TimelineState = {
  status: { kind: "loading" },
  events: [],
  hasMore: false,
  newCount: 0,
  hasUncountedNew: false,
};
