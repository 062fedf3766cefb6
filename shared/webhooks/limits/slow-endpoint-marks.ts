import { type EndpointHealth, hasUnknownLatency } from "./endpoint-health.ts";
import type { NegativeCache } from "./negative-cache.ts";
import { hasExhaustedOrgPermits, type OrgEndpoint, type OrgPermitPorts } from "./org-permits.ts";

/** How long an instance moves all messages of an endpoint to the slow lane without reading its health again. */
const slowForMs = 30_000;

/** The same while its first request may end within a second. */
const unknownForMs = 500;

/** How long an instance does not try again to acquire permits of a slow endpoint that had none. */
const busyForMs = 1_000;

type MarkPorts = { readonly negativeCache: NegativeCache; now(): Date };

const slowKey = (endpointId: string) => `fast lane ${endpointId}`;
const busyKey = (endpointId: string) => `slots ${endpointId}`;

/** Keeps the messages of an endpoint off the fast lane for a while. */
export function markSlow({ negativeCache, now }: MarkPorts, endpointId: string, health: EndpointHealth): void {
  const at = now().getTime();
  negativeCache.add(slowKey(endpointId), at + (hasUnknownLatency(health, at) ? unknownForMs : slowForMs));
}

export function isMarkedSlow({ negativeCache, now }: MarkPorts, endpointId: string): boolean {
  return negativeCache.has(slowKey(endpointId), now().getTime());
}

/** Marks a slow endpoint as busy for a moment: its permits are held for as long as its requests take. */
export function markBusy({ negativeCache, now }: MarkPorts, endpointId: string): void {
  negativeCache.add(busyKey(endpointId), now().getTime() + busyForMs);
}

/** Returns whether an endpoint most likely has no permit now. On the fast lane, few endpoints need those of their organisation. */
export function isMarkedBusy(ports: MarkPorts & OrgPermitPorts, endpoint: OrgEndpoint): boolean {
  const isBusy = ports.negativeCache.has(busyKey(endpoint.endpoint_id), ports.now().getTime());
  return isBusy || (ports.slowLane === null && hasExhaustedOrgPermits(ports, endpoint));
}
