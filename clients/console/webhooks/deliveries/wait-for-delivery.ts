import type { Schemas } from "#clients/client/openapi-types.ts";

type Delivery = Schemas["WebhookDeliveryWithAttempts"];

/** Waits between two looks: short at first, because most receivers respond within a second. */
const waitsMs = [250, 250, 500, 1_000, 1_000, 2_000, 2_000, 3_000, 5_000, 5_000, 5_000, 5_000] as const;

/**
 * Gets a delivery until one more attempt has ended than `attemptsBefore`, for half a minute. Returns `null` if none has by
 * then. Rejects with the error of `get`, or the reason of the signal. `wait` is for tests.
 */
export async function waitForDelivery(
  get: () => Promise<Delivery>,
  signal: AbortSignal,
  attemptsBefore = 0,
  wait = waitFor,
): Promise<Delivery | null> {
  for (const ms of waitsMs) {
    const delivery = await get();
    // What is retried stays failed until it is attempted; a new delivery can fail without an attempt.
    const hasFailed = delivery.status === "failed" && attemptsBefore === 0;
    // The API reads the state of a delivery before its attempts, so that it can be older than they are.
    if (delivery.attempts.length > attemptsBefore) return get();
    if (hasFailed) return delivery;
    await wait(ms, signal);
  }
  return null;
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal.addEventListener("abort", abort, { once: true });
  });
}
