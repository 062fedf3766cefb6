import type { ActiveToken } from "#shared/auth/caller.ts";
import { tokenIdOf } from "#shared/auth/token.ts";
import { ActivityError } from "#shared/errors.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import { charging } from "./charge.ts";
import { identify, refuseKnownExcess, type Visit, withExcess } from "./identify.ts";
import type { SeenCallers } from "./seen-callers.ts";

/** A request that reads events. */
export type ReadingVisit = Visit & {
  readonly seen: SeenCallers;
  /** Identifies the caller together with the organisation that it names. */
  readonly key: string;
  /** The organisation that a token is let in to by this request. Throws `ActivityError` where it is to none. */
  orgOf(token: ActiveToken): string | Promise<string>;
};

/**
 * Reads for a caller while its request is counted. One that was let in before is expected to be let in again; the token
 * of any other is looked at first, so that a token that is not good makes neither a write nor a read of the log. What
 * was read is dropped where the caller is refused after all.
 */
export async function readBeside<T>(
  visit: ReadingVisit,
  read: (orgId: string, meter: ReadMeter) => Promise<T>,
): Promise<T> {
  await refuseKnownExcess(visit);
  const { seen, key, trace } = visit;
  const expected = seen.take(key) ?? (await foresee(visit));
  const entering = enter(visit);
  return charging(visit, entering, async (meter) => {
    const early = expected === null ? null : read(expected, meter);
    early?.catch(() => undefined);
    const orgId = await entering;
    trace.facts.org_id = orgId;
    seen.add(key, orgId);
    return early !== null && expected === orgId ? early : read(orgId, meter);
  });
}

async function enter(visit: ReadingVisit): Promise<string> {
  return visit.orgOf(await identify(visit));
}

/** The organisation that a caller is expected to be let in to; `null` where only its request can tell. */
async function foresee(visit: ReadingVisit): Promise<string | null> {
  const { gate, secret, trace, rate, orgOf, now } = visit;
  trace.facts.token_id = tokenIdOf(secret);
  const token = await withExcess(visit, () => gate.look(secret, now(), rate.limit));
  if (token === null) return null;
  try {
    return await orgOf(token);
  } catch (error) {
    // A refusal, which is to be counted like any other request.
    if (error instanceof ActivityError) return null;
    throw error;
  }
}
