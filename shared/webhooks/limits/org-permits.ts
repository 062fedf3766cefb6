import { createHash } from "node:crypto";
import { leaseMs, type PermitLease } from "./endpoint-health.ts";
import type { NegativeCache } from "./negative-cache.ts";

/** Stored pools of permits, of which each lease holds some. */
export type OrgPermitStore = {
  /** Acquires the permits of a lease if enough are available, and returns the leases after it. Idempotent. */
  acquire(pool: PermitPool, lease: PermitLease, now: number): Promise<PermitAcquisition>;
  /** Releases a lease. Idempotent. */
  release(pool: PermitPool, lease: PermitLease): Promise<void>;
};

export type PermitAcquisition = {
  readonly granted: boolean;
  readonly held: number;
  readonly leases: readonly PermitLease[];
};

/** A part of the permits of an organisation. */
export type PermitPool = { readonly org_id: string; readonly part: number; readonly size: number };

/** Acquired permits, which must be released. */
export type OrgPermits = { readonly pool: PermitPool; readonly lease: PermitLease };

export type OrgEndpoint = { readonly org_id: string; readonly endpoint_id: string };

export type OrgPermitPorts = {
  readonly orgPermits: OrgPermitStore;
  /** Concurrent requests of an organisation that need permits, on each lane. */
  readonly sendsPerOrg: number;
  /** The queue for endpoints that are not known to be fast; `null` on the slow lane itself. */
  readonly slowLane: object | null;
  readonly negativeCache: NegativeCache;
  now(): Date;
};

/** `isFirst`: no other request to the endpoint is running. */
export type OrgPermitRequest = { readonly count: number; readonly id: string; readonly isFirst: boolean };

/** A pool is one item, whose size grows with its leases: 25 fit into 2 KB. Several pools share the writes of an organisation. */
const maxPoolSize = 25;

/** The part of a pool on the slow lane that is reserved for endpoints without a running request: at least one permit. */
const reservedShare = 0.2;

/** Attempts at a pool whose available permits other instances acquire at the same moment. */
const maxTries = 3;

/** How long an instance does not try a pool again that had no permit. */
const exhaustedForMs = 2_000;

/**
 * Returns the pool from which an endpoint acquires its permits. All pools of an organisation hold at most `sendsPerOrg`
 * on each lane. Each lane has its own: requests that hang on the slow one take nothing from fast endpoints.
 */
export function permitPoolOf(
  orgId: string,
  endpointId: string,
  { sendsPerOrg, slowLane }: Pick<OrgPermitPorts, "sendsPerOrg" | "slowLane">,
): PermitPool {
  const pools = Math.ceil(sendsPerOrg / maxPoolSize);
  const hash = createHash("sha256").update(endpointId).digest().readUInt32BE() % pools;
  const part = slowLane === null ? hash : pools + hash;
  return { org_id: orgId, part, size: Math.floor(sendsPerOrg / pools) };
}

/**
 * Acquires up to `count` permits of an organisation for requests to one endpoint; `null` if none is available. On the
 * slow lane a part of each pool is for first requests, one each, so that busy endpoints never block the others.
 */
export async function acquireOrgPermits(
  ports: OrgPermitPorts,
  { org_id, endpoint_id }: OrgEndpoint,
  { count, id, isFirst }: OrgPermitRequest,
): Promise<OrgPermits | null> {
  const pool = permitPoolOf(org_id, endpoint_id, ports);
  const reserved = ports.slowLane === null && pool.size > 1 ? Math.ceil(pool.size * reservedShare) : 0;
  const shared = await acquireFromPool(ports, { ...pool, size: pool.size - reserved }, count, id);
  if (shared !== null || !isFirst || reserved === 0) return shared;
  return acquireFromPool(ports, pool, 1, id);
}

/** Returns whether the pool of an endpoint had no permit a moment ago. Reads nothing. */
export function hasExhaustedOrgPermits(ports: OrgPermitPorts, { org_id, endpoint_id }: OrgEndpoint): boolean {
  return ports.negativeCache.has(cacheKeyOf(permitPoolOf(org_id, endpoint_id, ports)), ports.now().getTime());
}

function cacheKeyOf({ org_id, part, size }: PermitPool): string {
  return `permits ${org_id} ${part} ${size}`;
}

async function acquireFromPool(
  { orgPermits: store, negativeCache, now }: OrgPermitPorts,
  pool: PermitPool,
  count: number,
  id: string,
): Promise<OrgPermits | null> {
  const key = cacheKeyOf(pool);
  if (negativeCache.has(key, now().getTime())) return null;
  let permits = Math.min(count, pool.size);
  for (let tries = 0; tries < maxTries; tries++) {
    const at = now().getTime();
    const lease = { id, permits, expiresAt: at + leaseMs };
    const { granted, held, leases } = await store.acquire(pool, lease, at);
    if (granted) return { pool, lease };
    const expired = leases.filter(({ expiresAt }) => expiresAt <= at);
    await Promise.all(expired.map((lease) => store.release(pool, lease)));
    const available = pool.size - held + expired.reduce((sum, lease) => sum + lease.permits, 0);
    if (available <= 0) break;
    permits = Math.min(permits, available);
  }
  negativeCache.add(key, now().getTime() + exhaustedForMs);
  return null;
}
