import { type AdminFacts, administrativeHandler } from "#shared/platform/handlers/invoke-handler.ts";
import { type RepairPorts, repair } from "#shared/webhooks/replays/repair.ts";
import { type RepairAnswer, type RepairRequest, repairRequest } from "#shared/webhooks/replays/repair-request.ts";

/** The stack of the function by which administrators start the replays of what the fan-out missed. */
export function repairHandler(ports: RepairPorts) {
  return administrativeHandler<RepairRequest, RepairAnswer>({
    request: repairRequest,
    run: (request) => repair(ports, request),
    asked: ({ since, until, dry_run }) => ({ filters: `since=${since} until=${until} dry_run=${dry_run}` }),
    answered,
  });
}

/** The organisations to which replays were started, and how many replays. */
function answered({ repair: { endpoints } }: RepairAnswer): AdminFacts {
  const started = endpoints.filter(({ outcome }) => outcome === "started");
  const orgIds = [...new Set(started.map(({ org_id }) => org_id))];
  return { count: started.length, ...(orgIds.length === 0 ? {} : { org_ids: orgIds.join(",") }) };
}
