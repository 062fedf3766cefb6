import { createHash } from "node:crypto";
import type { DeliveryWorld } from "#shared/webhooks/deliveries/delivery-ports.ts";
import { type Lease, leaseMs } from "./circuit-breaker.ts";

/** Permits to send, at rest: pools of a given size, of which each lease takes some. */
export type PermitStore = {
  /** Takes permits if so many are free; answers what is held then. A lease that is held already is granted again. */
  take(pool: PermitPool, lease: Lease, now: number): Promise<PermitAnswer>;
  /** Gives permits back; nothing where that was done already. */
  giveBack(pool: PermitPool, lease: Lease): Promise<void>;
};

export type PermitAnswer = { readonly granted: boolean; readonly held: number; readonly leases: readonly Lease[] };

/** A part of the permits of an organisation. */
export type PermitPool = { readonly org_id: string; readonly part: number; readonly size: number };

/** Permits that were taken, and are to be given back. */
export type Permits = { readonly pool: PermitPool; readonly lease: Lease };

/**
 * Permits of one pool at most. A pool is one item, whose size grows with its leases: 25 of them fit into 2 KB, and
 * several pools share the writes of an organisation.
 */
const maxPoolSize = 25;

/** The part of a pool on the slow lane that is for endpoints without a send under way: one permit at least. */
const reservedShare = 0.2;

/** Attempts at a pool whose free permits others take at the same moment. */
const maxTries = 3;

/** How long an instance does not ask a pool again that had no permit. */
const fullForMs = 2_000;

/**
 * The pool that an endpoint takes its permits from. All pools of an organisation hold `sendsPerOrg` at most on each
 * lane, and each lane has its own: what hangs on the slow one takes nothing from endpoints that respond.
 */
export function permitPoolOf(
  orgId: string,
  endpointId: string,
  { sendsPerOrg, slowLane }: Pick<DeliveryWorld, "sendsPerOrg" | "slowLane">,
): PermitPool {
  const pools = Math.ceil(sendsPerOrg / maxPoolSize);
  const hash = createHash("sha256").update(endpointId).digest().readUInt32BE() % pools;
  const part = slowLane === null ? hash : pools + hash;
  return { org_id: orgId, part, size: Math.floor(sendsPerOrg / pools) };
}

type PermitPorts = Pick<DeliveryWorld, "permits" | "sendsPerOrg" | "slowLane" | "refusals" | "now">;

/** What an endpoint asks for: `isFirst` where none of its other sends is under way. */
export type PermitRequest = { readonly wanted: number; readonly id: string; readonly isFirst: boolean };

/**
 * Takes up to `wanted` permits of an organisation for sends to one of its endpoints; `null` where none is free. On the
 * slow lane a part of each pool is for first sends, one each, so that busy endpoints never keep the others waiting.
 */
export async function takePermits(
  ports: PermitPorts,
  { org_id, endpoint_id }: { readonly org_id: string; readonly endpoint_id: string },
  { wanted, id, isFirst }: PermitRequest,
): Promise<Permits | null> {
  const pool = permitPoolOf(org_id, endpoint_id, ports);
  const reserved = ports.slowLane === null && pool.size > 1 ? Math.ceil(pool.size * reservedShare) : 0;
  const shared = await takeFrom(ports, { ...pool, size: pool.size - reserved }, wanted, id);
  if (shared !== null || !isFirst || reserved === 0) return shared;
  return takeFrom(ports, pool, 1, id);
}

/** Whether all permits that an endpoint could get were taken a moment ago; asks nothing. */
export function lacksPermits(
  ports: PermitPorts,
  { org_id, endpoint_id }: { readonly org_id: string; readonly endpoint_id: string },
): boolean {
  return ports.refusals.isRefused(refusalName(permitPoolOf(org_id, endpoint_id, ports)), ports.now().getTime());
}

function refusalName({ org_id, part, size }: PermitPool): string {
  return `permits ${org_id} ${part} ${size}`;
}

async function takeFrom(
  { permits: store, refusals, now }: PermitPorts,
  pool: PermitPool,
  wanted: number,
  id: string,
): Promise<Permits | null> {
  const name = refusalName(pool);
  if (refusals.isRefused(name, now().getTime())) return null;
  let slots = Math.min(wanted, pool.size);
  for (let tries = 0; tries < maxTries; tries++) {
    const at = now().getTime();
    const lease = { id, slots, until: at + leaseMs };
    const { granted, held, leases } = await store.take(pool, lease, at);
    if (granted) return { pool, lease };
    // Whoever holds a lease beyond its time is dead.
    const dead = leases.filter(({ until }) => until <= at);
    await Promise.all(dead.map((lease) => store.giveBack(pool, lease)));
    const free = pool.size - held + dead.reduce((sum, lease) => sum + lease.slots, 0);
    if (free <= 0) break;
    slots = Math.min(slots, free);
  }
  refusals.remember(name, now().getTime() + fullForMs);
  return null;
}
