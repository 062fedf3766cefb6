import { type AdminAnswer, type AdminContext, administer } from "#shared/auth/admin/admin.ts";
import { type AdminRequest, adminRequest } from "#shared/auth/admin/admin-request.ts";
import { type AdminFacts, type AdminRefusal, administrativeHandler } from "#shared/platform/handlers/invoke-handler.ts";

/** What the administrator gets: the answer, or what was wrong with the request. */
export type AdminReply = AdminAnswer | AdminRefusal;

/** The stack of the function by which organisations and tokens are administered. Its log never has the secret. */
export function admin(context: () => AdminContext) {
  return administrativeHandler<AdminRequest, AdminAnswer>({
    request: adminRequest,
    run: (request) => administer(context(), request),
    asked,
    answered,
  });
}

/** Whom and what a request is about. */
function asked(request: AdminRequest): AdminFacts {
  return {
    org_ids: "org_ids" in request ? request.org_ids.join(",") : "org_id" in request ? request.org_id : undefined,
    token_id: "token_id" in request ? request.token_id : undefined,
    user_id: "user_id" in request ? request.user_id : undefined,
    scopes: "scopes" in request ? request.scopes.join(",") : undefined,
    shards: "shards" in request ? request.shards : undefined,
  };
}

function answered(answer: AdminAnswer): AdminFacts {
  if ("token" in answer) return { org_ids: answer.token.org_ids.join(","), token_id: answer.token.token_id };
  if ("client" in answer) return { token_id: answer.client.client_id };
  if ("tokens" in answer) return { count: answer.tokens.length };
  return "orgs" in answer ? { count: answer.orgs.length } : {};
}
