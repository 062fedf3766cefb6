import { type ReconcileOrgsPorts, reconcileOrgs } from "#shared/ledger/reconcile/reconcile-orgs.ts";
import {
  type ReconcileRequest,
  type ReconcileResponse,
  reconcileRequestSchema,
} from "#shared/ledger/reconcile/reconcile-request.ts";
import type { AdminAuditFields } from "#shared/platform/admin-call.ts";
import { createInvokeHandler } from "#shared/platform/handlers/invoke-handler.ts";

/** Creates the handler by which administrators append events to logs that lack them. */
export function createReconcileHandler(ports: ReconcileOrgsPorts) {
  return createInvokeHandler<ReconcileRequest, ReconcileResponse>({
    requestSchema: reconcileRequestSchema,
    handle: (request) => reconcileOrgs(ports, request),
    requestAuditFields: ({ org_id, older_than_ms, dry_run, notify }) => ({
      ...(org_id !== null && { org_ids: org_id }),
      filters: `older_than_ms=${older_than_ms} dry_run=${dry_run} notify=${notify}`,
    }),
    resultAuditFields,
  });
}

/** Returns the organisations with missing events, and how many events the run has found missing in them so far. */
function resultAuditFields({ reconcile: { orgs } }: ReconcileResponse): AdminAuditFields {
  const concerned = orgs.filter(({ missing }) => missing > 0);
  const orgIds = concerned.map(({ org_id }) => org_id).join(",");
  return { count: concerned.reduce((sum, { missing }) => sum + missing, 0), ...(orgIds !== "" && { org_ids: orgIds }) };
}
