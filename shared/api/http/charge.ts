import { RequestMeter } from "#shared/auth/request-meter.ts";
import { ActivityError } from "#shared/errors.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import { showRate, type Visit } from "./identify.ts";

/**
 * Runs what reads for a request, and charges its token for what was read, whether or not there is an answer: a search
 * that finds nothing costs as much as one that does. The charge is awaited, since a function freezes once it has
 * answered, and the headers show the rate after it.
 */
export async function charging<T>(
  visit: Visit,
  admitted: Promise<unknown>,
  run: (meter: ReadMeter) => Promise<T>,
): Promise<T> {
  const { gate, secret, now } = visit;
  const meter = new RequestMeter({
    admitted,
    lease: () => gate.lease(secret, now()),
    isLeaseless: () => gate.isLeaseless(secret, now()),
    now,
  });
  try {
    return await run(meter);
  } finally {
    if (await isAdmitted(admitted)) await settle(visit, meter);
  }
}

async function settle(visit: Visit, meter: RequestMeter): Promise<void> {
  const charge = await meter.charge();
  if (charge === null) return;
  if (charge.requests > 0) visit.trace.facts.charged = charge.requests + 1;
  const { gate, secret, rate } = visit;
  const now = visit.now();
  try {
    showRate(visit, await gate.charge(secret, charge, now, rate.limit), now);
  } catch (error) {
    // The answer is known, and a store that is busy or away must not turn it into an error. The lease that is not given back
    // still bounds how often that can happen.
    if (!(error instanceof ActivityError)) throw error;
  }
}

async function isAdmitted(admitted: Promise<unknown>): Promise<boolean> {
  return admitted.then(
    () => true,
    () => false,
  );
}
