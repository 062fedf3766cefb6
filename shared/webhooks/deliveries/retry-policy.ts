import type { Exchange } from "./attempt.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Waits before the second attempt and those after it, as Svix has them ("Retry Schedule"); then one every twelve
 * hours.
 */
const waits = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];
const laterWait = 12 * hour;

/** Three days after its first attempt a delivery is given up. */
export const patienceMs = 72 * hour;

/** What a receiver may ask for at most by Retry-After: as long as we would wait by ourselves. */
const maxRetryAfterMs = 12 * hour;

/** Each wait is longer by up to this share, so that what failed together does not come back together. */
const jitter = 0.1;

/** What an exchange means for its delivery and for the endpoint. */
export type Verdict = {
  /** The receiver wants nothing more: it answered 410, or asked to be disabled. */
  readonly gone: boolean;
} & (
  | { readonly kind: "succeeded" }
  | {
      readonly kind: "failed";
      /** The receiver wants this delivery no more. */
      readonly aborted: boolean;
      /** 429, 502, 504: too much at once. */
      readonly overloaded: boolean;
      /** Milliseconds that the receiver asks to wait, bounded. */
      readonly retryAfterMs: number | null;
    }
);

/**
 * Judges an exchange by the Standard Webhooks specification, "Consumer responses": only 2xx is success, a redirect is
 * not. The header `webhook-delivery` is Svix's ("Delivery control"): `abort-message` ends a delivery that failed,
 * `disable` the endpoint, whatever the status.
 */
export function judge({ status, headers }: Exchange, now: Date): Verdict {
  const wish = headers["webhook-delivery"]?.trim().toLowerCase();
  if (status !== null && status >= 200 && status < 300) return { kind: "succeeded", gone: wish === "disable" };
  return {
    kind: "failed",
    gone: status === 410 || wish === "disable",
    aborted: wish === "abort-message",
    overloaded: status === 429 || status === 502 || status === 504,
    retryAfterMs: readRetryAfter(headers["retry-after"], now),
  };
}

/** Seconds, or an HTTP date (RFC 9110, section 10.2.3); what is neither, or in the past, asks for nothing. */
export function readRetryAfter(text: string | undefined, now: Date): number | null {
  const value = text?.trim() ?? "";
  const ms = /^\d+$/.test(value)
    ? Number(value) * second
    : /[a-z]/i.test(value)
      ? Date.parse(value) - now.getTime()
      : 0;
  return ms > 0 ? Math.min(ms, maxRetryAfterMs) : null;
}

export type Failure = {
  /** Attempts of the cycle, this one included. */
  readonly attempts: number;
  readonly started_at: string;
  readonly retryAfterMs: number | null;
  readonly now: Date;
  /** From 0 to 1. */
  readonly random: number;
};

/** When to try again after a failure; `null` when the time is up. The last attempt comes when it is. */
export function nextAttemptAt({ attempts, started_at, retryAfterMs, now, random }: Failure): Date | null {
  const deadline = Date.parse(started_at) + patienceMs;
  if (now.getTime() >= deadline) return null;
  const wait = Math.max(waits[attempts - 1] ?? laterWait, retryAfterMs ?? 0) * (1 + jitter * random);
  return new Date(Math.min(now.getTime() + wait, deadline));
}
