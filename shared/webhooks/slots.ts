import type { DeliveryWorld } from "./delivery-world.ts";
import { acquire, type Health, hasFailedForLong, openUntil, release, type SendOutcome } from "./health.ts";

/** Writes that lost against another in a row, after which the endpoint counts as busy. */
const maxConflicts = 10;

/** Looks again at an endpoint that is well and only busy: waiting here is quicker than another trip through the queue. */
const looks = 4;
const lookAgainMs = 150;

/** What was granted: some slots, or none and, where it is known, until when (Unix milliseconds). */
export type Slots = { readonly slots: number; readonly waitUntil: number | null };

type Ward = Pick<DeliveryWorld, "health" | "now" | "random" | "sleep">;

/** Takes up to `wanted` of an endpoint's slots. */
export async function takeSlots(world: Ward, endpointId: string, wanted: number, leaseId: string): Promise<Slots> {
  for (let look = 1; ; look++) {
    const { before, after } = await change(world, endpointId, (health) =>
      acquire(health, wanted, leaseId, world.now().getTime()),
    );
    const lease = after?.leases.find(({ id }) => id === leaseId);
    if (lease !== undefined) return { slots: lease.slots, waitUntil: null };
    const waitUntil = openUntil(before, world.now().getTime());
    if (waitUntil !== null || before.failures > 0 || look === looks) return { slots: 0, waitUntil };
    await world.sleep(lookAgainMs * (0.5 + world.random()));
  }
}

/** Gives slots back with what was learned. Answers whether the endpoint has failed for too long. */
export async function giveBackSlots(
  world: Ward,
  endpointId: string,
  leaseId: string,
  outcomes: readonly SendOutcome[],
): Promise<boolean> {
  const { after } = await change(world, endpointId, (before) =>
    release(before, leaseId, outcomes, world.now().getTime()),
  );
  return after !== null && hasFailedForLong(after, world.now().getTime());
}

/**
 * Changes an endpoint's health against what others write. `after` is `null` where nothing was written: by choice, or because others were
 * always first; slots that are not given back then end by themselves.
 */
async function change(
  { health, random, sleep }: Ward,
  endpointId: string,
  next: (before: Health) => Health | null,
): Promise<{ before: Health; after: Health | null }> {
  for (let tries = 1; ; tries++) {
    const before = await health.read(endpointId);
    const after = next(before);
    if (after === null || (await health.write(endpointId, before, after))) return { before, after };
    if (tries === maxConflicts) return { before, after: null };
    await sleep(20 * random() * tries);
  }
}
