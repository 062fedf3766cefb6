import type { SendOutcome } from "./circuit-breaker.ts";
import {
  acquireEndpointPermits,
  countPermits,
  type EndpointPermitPorts,
  type EndpointPermits,
  type ReleaseReport,
  releaseEndpointPermits,
} from "./endpoint-permits.ts";
import { orgPermitsAboveMs } from "./latency.ts";
import { acquireOrgPermits, type OrgEndpoint, type OrgPermitPorts, type OrgPermits } from "./org-permits.ts";
import { markBusy, markSlow } from "./slow-endpoint-marks.ts";

export type LimiterPorts = EndpointPermitPorts & OrgPermitPorts & { newId(): string };

/** The permits of one batch for one endpoint: `count` requests may run at the same time. */
export type SendPermits = {
  readonly count: number;
  readonly endpoint: EndpointPermits;
  /** `null` if the requests need none, or none was available. */
  readonly org: OrgPermits | null;
};

/** Acquires permits of an endpoint and, where its requests need them, of its organisation. */
export async function acquirePermits(
  ports: LimiterPorts,
  endpoint: OrgEndpoint,
  { count, isManual }: { readonly count: number; readonly isManual: boolean },
): Promise<SendPermits> {
  const id = ports.newId();
  const permits = await acquireEndpointPermits(ports, endpoint.endpoint_id, { count, id, isManual });
  if (permits.kind === "slow") markSlow(ports, endpoint.endpoint_id, permits.health);
  if (permits.kind === "busy" && permits.isSlow) markBusy(ports, endpoint.endpoint_id);
  if (!needsOrgPermits(ports, permits)) return { count: countPermits(permits), endpoint: permits, org: null };
  const org = await acquireOrgPermitsFor(ports, endpoint, permits, id);
  return { count: org?.lease.permits ?? 0, endpoint: permits, org };
}

/** Releases permits and records the outcomes of the requests. */
export async function releasePermits(
  ports: LimiterPorts,
  endpoint: OrgEndpoint,
  permits: SendPermits,
  outcomes: readonly SendOutcome[],
): Promise<ReleaseReport> {
  const [report] = await Promise.all([
    releaseEndpointPermits(ports, endpoint.endpoint_id, permits.endpoint, outcomes),
    permits.org === null ? undefined : ports.orgPermits.release(permits.org.pool, permits.org.lease),
  ]);
  return report;
}

/**
 * On the slow lane every request needs one: an endpoint that is known to be fast may hang by now. On the fast lane very
 * short requests need none: the writes would throttle the item of the pool.
 */
function needsOrgPermits({ slowLane }: LimiterPorts, permits: EndpointPermits): boolean {
  const latencyMs = permits.kind === "leased" ? (permits.health.latency_ms ?? 0) : 0;
  return countPermits(permits) > 0 && (slowLane === null || latencyMs > orgPermitsAboveMs);
}

/** Acquires as many permits of the organisation, and releases those of the endpoint beyond them; all on an error. */
async function acquireOrgPermitsFor(
  ports: LimiterPorts,
  endpoint: OrgEndpoint,
  permits: EndpointPermits,
  id: string,
): Promise<OrgPermits | null> {
  let org: OrgPermits | null = null;
  try {
    const now = ports.now().getTime();
    const leases = permits.kind === "leased" ? permits.health.leases : [];
    const isFirst = leases.every((held) => held.id === id || held.expiresAt <= now);
    org = await acquireOrgPermits(ports, endpoint, { count: countPermits(permits), id, isFirst });
    if (org !== null && permits.kind === "leased" && org.lease.permits < permits.lease.permits) {
      await ports.health.releaseUnused(endpoint.endpoint_id, permits.lease, org.lease.permits);
    }
    return org;
  } catch (error) {
    await releasePermits(ports, endpoint, { count: 0, endpoint: permits, org }, []);
    throw error;
  }
}
