import { type AdminContext, type AdminResult, handleAdminRequest } from "#shared/auth/admin/admin.ts";
import { type AdminRequest, adminRequestSchema } from "#shared/auth/admin/admin-request.ts";
import type { AdminAuditFields } from "#shared/platform/admin-call.ts";
import { type AdminErrorResponse, createInvokeHandler } from "#shared/platform/handlers/invoke-handler.ts";

/** What the administrator gets: the answer, or what was wrong with the request. */
export type AdminResponse = AdminResult | AdminErrorResponse;

/** The stack of the function by which organisations and tokens are administered. Its log never has the secret. */
export function createAdminHandler(context: () => AdminContext) {
  return createInvokeHandler<AdminRequest, AdminResult>({
    requestSchema: adminRequestSchema,
    handle: (request) => handleAdminRequest(context(), request),
    requestAuditFields: asked,
    resultAuditFields: answered,
  });
}

/** Whom and what a request is about. */
function asked(request: AdminRequest): AdminAuditFields {
  return {
    org_ids: "org_ids" in request ? request.org_ids.join(",") : "org_id" in request ? request.org_id : undefined,
    token_id: "token_id" in request ? request.token_id : undefined,
    user_id: "user_id" in request ? request.user_id : undefined,
    scopes: "scopes" in request ? request.scopes.join(",") : undefined,
    shards: "shards" in request ? request.shards : undefined,
  };
}

function answered(answer: AdminResult): AdminAuditFields {
  if ("token" in answer) return { org_ids: answer.token.org_ids.join(","), token_id: answer.token.token_id };
  if ("client" in answer) return { token_id: answer.client.client_id };
  if ("tokens" in answer) return { count: answer.tokens.length };
  return "orgs" in answer ? { count: answer.orgs.length } : {};
}
