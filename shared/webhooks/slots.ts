import type { DeliveryWorld } from "./delivery-world.ts";
import {
  canGrow,
  type Health,
  hasFailedForLong,
  isWell,
  type Lease,
  learn,
  leaseMs,
  needsProbe,
  openUntil,
  type SendOutcome,
} from "./health.ts";

/** Slots that one batch may take, so that several can work side by side. */
const maxSlotsOfLease = 5;

/** Looks again at an endpoint that is only busy: waiting here is quicker than another trip through the queue. */
const looks = 6;
const lookAgainMs = 100;

/** Writes that lost against another in a row, after which what was learned is left to the next send. */
const maxConflicts = 10;

/** How many sends may go out at once, or none and, where it is known, until when (Unix milliseconds). */
export type Slots = {
  readonly count: number;
  readonly waitUntil: number | null;
  /** What was taken, and is to be given back. */
  readonly lease: Lease | null;
  readonly isWell: boolean;
  /** Whether it is for failures that there are none, rather than for a pause that the endpoint asked for. */
  readonly isFailing: boolean;
};

type Ward = Pick<DeliveryWorld, "health" | "now" | "random" | "sleep">;

const noSlots: Slots = { count: 0, waitUntil: null, lease: null, isWell: false, isFailing: false };

/** Takes up to `wanted` of an endpoint's slots. Who is urgent is let through an open circuit, one at a time. */
export async function takeSlots(
  world: Ward,
  endpointId: string,
  wanted: number,
  id: string,
  isUrgent: boolean,
): Promise<Slots> {
  const { health: store } = world;
  let slots = Math.min(wanted, maxSlotsOfLease);
  for (let look = 1; ; look++) {
    const now = world.now().getTime();
    const lease = { id, slots, until: now + leaseMs };
    const { granted, health } = await store.lease(endpointId, lease, now);
    if (granted) return { count: slots, waitUntil: null, lease, isWell: isWell(health), isFailing: false };
    const waitUntil = openUntil(health, now);
    const isFailing = needsProbe(health);
    if (waitUntil !== null && !isUrgent) return { ...noSlots, waitUntil, isFailing };
    if (waitUntil !== null || isFailing) {
      if (await store.probe(endpointId, lease.until, now)) return { ...noSlots, count: 1 };
      return { ...noSlots, waitUntil: health.probe_until ?? now, isFailing: true };
    }
    if (look === looks) return noSlots;
    slots = Math.min(slots, await makeRoom(world, endpointId, health, now));
  }
}

/**
 * Finds slots at a busy endpoint: those of the dead, those that are left, more where it thrives, or those given back
 * soon.
 */
async function makeRoom({ health: store, random, sleep }: Ward, endpointId: string, health: Health, now: number) {
  const dead = health.leases.filter(({ until }) => until <= now);
  await Promise.all(dead.map((lease) => store.end(endpointId, lease, null)));
  if (dead.length > 0 || health.vacant > 0) return Math.max(1, health.vacant);
  if (canGrow(health, now)) await store.grow(endpointId);
  else await sleep(lookAgainMs * (0.5 + random()));
  return 1;
}

/** What giving slots back shows of an endpoint. */
export type Lesson = {
  readonly hasFailedForLong: boolean;
  /** Whether its circuit opened by it. */
  readonly opened: boolean;
};

/** Gives slots back with what was learned. */
export async function giveBackSlots(
  world: Ward,
  endpointId: string,
  slots: Slots,
  outcomes: readonly SendOutcome[],
): Promise<Lesson> {
  const { health: store } = world;
  const isProbe = slots.count > 0 && slots.lease === null;
  const hasNews = outcomes.length > 0 && (!slots.isWell || outcomes.some(({ succeeded }) => !succeeded));
  const succeededAt = Math.max(0, ...outcomes.filter(({ succeeded }) => succeeded).map(({ at }) => at));
  const [learned] = await Promise.all([
    hasNews || isProbe ? remember(world, endpointId, outcomes) : null,
    slots.lease === null ? undefined : store.end(endpointId, slots.lease, succeededAt === 0 ? null : succeededAt),
  ]);
  if (learned === null) return { hasFailedForLong: false, opened: false };
  const { before, after } = learned;
  return {
    hasFailedForLong: hasFailedForLong(after, world.now().getTime()),
    opened: after.openings > before.openings,
  };
}

/** Writes what was learned against what others write; `null` where others were always first. */
async function remember(
  { health: store, random, sleep }: Ward,
  endpointId: string,
  outcomes: readonly SendOutcome[],
): Promise<{ before: Health; after: Health } | null> {
  for (let tries = 1; tries <= maxConflicts; tries++) {
    const before = await store.read(endpointId);
    const after = learn(before, outcomes);
    if (await store.write(endpointId, before, after)) return { before, after };
    await sleep(20 * random() * tries);
  }
  return null;
}
