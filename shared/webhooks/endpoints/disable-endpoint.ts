import type { DeliveryWorld } from "#shared/webhooks/deliveries/delivery-ports.ts";
import type { Endpoint, ImposedReason } from "./endpoint.ts";
import { disabledEvent } from "./endpoint-change-events.ts";

const maxConflicts = 3;

/**
 * Disables an endpoint unless its owner gave it another address, disabled or deleted it meanwhile. Answers whether it
 * did.
 */
export async function disable(
  { endpoints, now }: Pick<DeliveryWorld, "endpoints" | "now">,
  endpoint: Endpoint,
  reason: ImposedReason,
): Promise<boolean> {
  for (let tries = 0; tries < maxConflicts; tries++) {
    const standing = await endpoints.get(endpoint.org_id, endpoint.endpoint_id);
    if (standing === null || standing.disabled !== null || standing.url !== endpoint.url) return false;
    const at = now().toISOString();
    const after = { ...standing, disabled: { reason, at }, updated_at: at, version: standing.version + 1 };
    if (await endpoints.update(standing, after, disabledEvent(standing, reason, at))) return true;
  }
  return false;
}
