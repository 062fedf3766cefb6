import type { AdminAuditFields } from "#shared/platform/admin-call.ts";
import { createInvokeHandler } from "#shared/platform/handlers/invoke-handler.ts";
import { type RepairPorts, repair } from "#shared/webhooks/replays/repair.ts";
import {
  type RepairRequest,
  type RepairResponse,
  repairRequestSchema,
} from "#shared/webhooks/replays/repair-request.ts";

/** Creates the handler by which administrators start replays of what the fan-out missed. */
export function createRepairHandler(ports: RepairPorts) {
  return createInvokeHandler<RepairRequest, RepairResponse>({
    requestSchema: repairRequestSchema,
    handle: (request) => repair(ports, request),
    requestAuditFields: ({ since, until, dry_run }) => ({
      filters: `since=${since} until=${until} dry_run=${dry_run}`,
    }),
    resultAuditFields,
  });
}

/** Returns the number of started replays, and their organisations. */
function resultAuditFields({ repair: { endpoints } }: RepairResponse): AdminAuditFields {
  const started = endpoints.filter(({ outcome }) => outcome === "started");
  const orgIds = [...new Set(started.map(({ org_id }) => org_id))];
  return { count: started.length, ...(orgIds.length === 0 ? {} : { org_ids: orgIds.join(",") }) };
}
