import { RequestMeter } from "#shared/auth/request-meter.ts";
import { ActivityError } from "#shared/errors.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import { type AuthContext, setRateLimitHeaders } from "./authenticate-request.ts";

/**
 * Runs what reads for a request, and charges its token for what was read, whether or not there is an answer: a search
 * that finds nothing costs as much as one that does. The charge is awaited, since a function freezes once it has
 * answered, and the headers show the rate after it.
 */
export async function withReadCharge<T>(
  auth: AuthContext,
  admitted: Promise<unknown>,
  run: (meter: ReadMeter) => Promise<T>,
): Promise<T> {
  const { gate, secret, now } = auth;
  const meter = new RequestMeter({
    admitted,
    acquireLease: () => gate.acquireLease(secret, now()),
    hasNoLeaseLeft: () => gate.hasNoLeaseLeft(secret, now()),
    now,
  });
  try {
    return await run(meter);
  } finally {
    if (await isFulfilled(admitted)) await applyCharge(auth, meter);
  }
}

async function applyCharge(auth: AuthContext, meter: RequestMeter): Promise<void> {
  const charge = await meter.charge();
  if (charge === null) return;
  if (charge.requests > 0) auth.context.auditFields.charged = charge.requests + 1;
  const { gate, secret, rateLimitPolicy } = auth;
  const now = auth.now();
  try {
    setRateLimitHeaders(auth, await gate.charge(secret, charge, now, rateLimitPolicy.limit), now);
  } catch (error) {
    // The answer is known, and a store that is busy or away must not turn it into an error. The lease that is not given back
    // still bounds how often that can happen.
    if (!(error instanceof ActivityError)) throw error;
  }
}

async function isFulfilled(admitted: Promise<unknown>): Promise<boolean> {
  return admitted.then(
    () => true,
    () => false,
  );
}
