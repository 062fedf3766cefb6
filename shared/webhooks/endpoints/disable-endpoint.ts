import { retryOnConflict } from "#shared/platform/retry-on-conflict.ts";
import type { Endpoint, EndpointStore, SystemDisabledReason } from "./endpoint.ts";
import { endpointDisabledEvent } from "./endpoint-change-events.ts";

const maxConflicts = 3;

export type DisableEndpointPorts = {
  readonly endpoints: Pick<EndpointStore, "get" | "update">;
  now(): Date;
};

/**
 * Disables an endpoint unless its owner has changed its URL, disabled or deleted it since. Returns whether it did.
 */
export async function disableEndpoint(
  { endpoints, now }: DisableEndpointPorts,
  endpoint: Endpoint,
  reason: SystemDisabledReason,
): Promise<boolean> {
  const isDisabled = await retryOnConflict(maxConflicts, async () => {
    const current = await endpoints.get(endpoint.org_id, endpoint.endpoint_id);
    if (current === null || current.disabled !== null || current.url !== endpoint.url) return false;
    const at = now().toISOString();
    const after = { ...current, disabled: { reason, at }, updated_at: at, version: current.version + 1 };
    return (await endpoints.update(current, after, endpointDisabledEvent(current, reason, at))) || null;
  });
  return isDisabled === true;
}
