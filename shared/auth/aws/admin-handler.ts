import { type AdminContext, type AdminResult, handleAdminRequest } from "#shared/auth/admin/admin.ts";
import { type AdminRequest, adminRequestSchema } from "#shared/auth/admin/admin-request.ts";
import type { AdminAuditFields } from "#shared/platform/admin-call.ts";
import { type AdminErrorResponse, createInvokeHandler } from "#shared/platform/handlers/invoke-handler.ts";

/** The response to an administrator: the result, or an error. */
export type AdminResponse = AdminResult | AdminErrorResponse;

/** Creates the handler of the administrative function. It never logs a secret. */
export function createAdminHandler(context: () => AdminContext) {
  return createInvokeHandler<AdminRequest, AdminResult>({
    requestSchema: adminRequestSchema,
    handle: (request) => handleAdminRequest(context(), request),
    requestAuditFields,
    resultAuditFields,
  });
}

/** Returns the audit fields of a request. */
function requestAuditFields(request: AdminRequest): AdminAuditFields {
  return {
    org_ids: "org_ids" in request ? request.org_ids.join(",") : "org_id" in request ? request.org_id : undefined,
    token_id: "token_id" in request ? request.token_id : undefined,
    viewer_key_id: "viewer_key_id" in request ? request.viewer_key_id : undefined,
    user_id: "user_id" in request ? request.user_id : undefined,
    scopes: "scopes" in request ? request.scopes.join(",") : undefined,
    shards: "shards" in request ? request.shards : undefined,
  };
}

/** Returns the audit fields of a result. */
function resultAuditFields(result: AdminResult): AdminAuditFields {
  if ("token" in result) return { org_ids: result.token.org_ids.join(","), token_id: result.token.token_id };
  if ("viewer_key" in result) return { viewer_key_id: result.viewer_key.key_id };
  if ("client" in result) return { token_id: result.client.client_id };
  if ("tokens" in result) return { count: result.tokens.length };
  return "orgs" in result ? { count: result.orgs.length } : {};
}
