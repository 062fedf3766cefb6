import { RequestMeter } from "#shared/auth/request-meter.ts";
import { ActivityError } from "#shared/errors.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import { type AuthContext, setRateLimitHeaders } from "./authenticate-request.ts";

/**
 * Runs a read and charges the token for what it read, even if the read throws: a search without results costs as much.
 * Awaits the charge, because a function freezes after its response, and the headers show the rate after the charge.
 */
export async function withReadCharge<T>(
  auth: AuthContext,
  admitted: Promise<unknown>,
  run: (meter: ReadMeter) => Promise<T>,
): Promise<T> {
  const { authenticator, credential, now } = auth;
  const meter = new RequestMeter({
    admitted,
    acquireLease: () => authenticator.acquireLease(credential, now()),
    hasNoLeaseLeft: () => authenticator.hasNoLeaseLeft(credential, now()),
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
  const { authenticator, credential, rateLimitPolicy } = auth;
  const now = auth.now();
  try {
    setRateLimitHeaders(auth, await authenticator.charge(credential, charge, now, rateLimitPolicy.limit), now);
  } catch (error) {
    // The response is complete: an unavailable store must not turn it into an error. The lease that stays taken limits
    // how often that can happen.
    if (!(error instanceof ActivityError)) throw error;
  }
}

async function isFulfilled(admitted: Promise<unknown>): Promise<boolean> {
  return admitted.then(
    () => true,
    () => false,
  );
}
