import type { ActivityLogError } from "./activity-log-error.ts";
import type { ApiRequest } from "./request.ts";

/** The longest wait: the windows of the rate limit are a minute long. */
const maxRetryAfterMs = 60_000;

/** Added to a wait that the API states, so that clients that were refused together do not come back together. */
const retryAfterJitterMs = 1_000;

const firstBackoffMs = 500;
const maxBackoffMs = 8_000;

/**
 * Returns the milliseconds to wait before the request is sent again; `null` if it must not be, or only after more than a
 * minute. `retries` counts earlier ones, `random` is from 0 to 1. Without a time that the API states, the wait is
 * random up to a limit that doubles ("full jitter"; AWS Architecture Blog, "Exponential Backoff And Jitter").
 */
export function getRetryDelay(
  request: Pick<ApiRequest, "method" | "isRepeatable">,
  error: ActivityLogError,
  { retries, random }: { readonly retries: number; readonly random: number },
): number | null {
  if (!isRetryable(request, error)) return null;
  const { retryAfterMs } = error;
  if (retryAfterMs === null) return random * Math.min(maxBackoffMs, firstBackoffMs * 2 ** retries);
  return retryAfterMs > maxRetryAfterMs ? null : retryAfterMs + random * retryAfterJitterMs;
}

/**
 * A request that changes something is repeated only after 429: the API counts requests before it handles them. A 503 can
 * follow a change: the store may have failed after it was written, and a second create is then a `conflict` without the secret.
 */
function isRetryable(
  { method, isRepeatable = method === "GET" }: Pick<ApiRequest, "method" | "isRepeatable">,
  { code }: ActivityLogError,
): boolean {
  if (code === "rate_limited") return true;
  if (!isRepeatable) return false;
  return code === "unavailable" || code === "network" || code === "timeout";
}
