import { retryWindowMs } from "#shared/webhooks/delivery-lifetime.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Delays before the second and later attempts, as in Svix's "Retry Schedule"; then one every twelve hours. */
const retryDelays = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];
const laterDelay = 12 * hour;

/** The longest delay that a receiver can request by `Retry-After`: as long as the longest own one. */
const maxRetryAfterMs = 12 * hour;

/** Each delay is longer by up to this share, so that deliveries that failed together are not retried together. */
const jitter = 0.1;

/** The meaning of a response for its delivery and for the endpoint. */
export type ResponseClass = {
  /** The endpoint must be disabled: it responded 410, or requested it. */
  readonly gone: boolean;
} & (
  | { readonly kind: "succeeded" }
  | {
      readonly kind: "failed";
      /** The receiver requested no further attempts of this delivery. */
      readonly aborted: boolean;
      /** 429, 502 or 504: too many concurrent requests. */
      readonly overloaded: boolean;
      /** The delay that the receiver requested, limited to twelve hours. */
      readonly retryAfterMs: number | null;
    }
);

/**
 * Classifies a response as the Standard Webhooks specification does ("Consumer responses"): only 2xx is a success, a
 * redirect is not. The header `webhook-delivery` is Svix's ("Delivery control"): `abort-message` ends a failed delivery,
 * `disable` disables the endpoint, whatever the status.
 */
export function classifyResponse({ status, headers }: SendResult, now: Date): ResponseClass {
  const control = headers["webhook-delivery"]?.trim().toLowerCase();
  if (status !== null && status >= 200 && status < 300) return { kind: "succeeded", gone: control === "disable" };
  return {
    kind: "failed",
    gone: status === 410 || control === "disable",
    aborted: control === "abort-message",
    overloaded: status === 429 || status === 502 || status === 504,
    retryAfterMs: parseRetryAfter(headers["retry-after"], now),
  };
}

/** Parses seconds or an HTTP date (RFC 9110, section 10.2.3). Returns `null` for other texts and past times. */
export function parseRetryAfter(text: string | undefined, now: Date): number | null {
  const value = text?.trim() ?? "";
  const ms = /^\d+$/.test(value)
    ? Number(value) * second
    : /[a-z]/i.test(value)
      ? Date.parse(value) - now.getTime()
      : 0;
  return ms > 0 ? Math.min(ms, maxRetryAfterMs) : null;
}

export type FailedAttempt = {
  /** Number of attempts of the cycle, including this one. */
  readonly attempts: number;
  readonly started_at: string;
  readonly retryAfterMs: number | null;
  readonly now: Date;
  /** From 0 to 1. */
  readonly random: number;
};

/** Returns when to retry after a failure; `null` if the retry window is over. The last attempt is made at its end. */
export function nextAttemptAt({ attempts, started_at, retryAfterMs, now, random }: FailedAttempt): Date | null {
  const deadline = Date.parse(started_at) + retryWindowMs;
  if (now.getTime() >= deadline) return null;
  const delay = Math.max(retryDelays[attempts - 1] ?? laterDelay, retryAfterMs ?? 0) * (1 + jitter * random);
  return new Date(Math.min(now.getTime() + delay, deadline));
}
