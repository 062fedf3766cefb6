import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import type { TimelineStatus } from "./timeline-state.ts";

/** The wait after a 429 that does not state one: the window of the rate limit is a minute long. */
const defaultRetryMs = 60_000;

/** A failed request: what the timeline shows, and whether the same request may succeed later. */
export type RequestFailure = { readonly status: TimelineStatus; readonly isTransient: boolean };

/** Returns what an error of a request means. Throws the error if it is not an `ActivityLogError`. */
export function classifyError(error: unknown, nowMs: number, isOnline: boolean): RequestFailure {
  if (!(error instanceof ActivityLogError)) throw error;
  switch (error.code) {
    case "unauthenticated":
      return { status: { kind: "token_expired" }, isTransient: false };
    case "forbidden":
      return { status: { kind: "forbidden" }, isTransient: false };
    case "rate_limited": {
      const retryAtMs = nowMs + (error.retryAfterMs ?? defaultRetryMs);
      return { status: { kind: "rate_limited", retryAtMs }, isTransient: true };
    }
    case "network":
    case "timeout":
    case "unavailable":
    case "internal":
      if (error.code === "network" && !isOnline) return { status: { kind: "offline" }, isTransient: true };
      return { status: { kind: "failed", requestId: error.requestId }, isTransient: true };
    case "invalid_request":
    case "not_found":
    case "conflict":
    case "invalid_response":
      return { status: { kind: "failed", requestId: error.requestId }, isTransient: false };
  }
}
