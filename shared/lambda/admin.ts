import type { Context } from "aws-lambda";
import { type AdminAnswer, type AdminContext, administer } from "../access/admin.ts";
import { type AdminRequest, adminRequest } from "../access/admin-request.ts";
import { ActivityError } from "../events/errors.ts";
import type { AdminLine } from "../review/lines.ts";
import { inInvocation } from "./invocation.ts";
import { errorFields, log } from "./log.ts";

/** What the administrator gets: the answer, or what was wrong with the request. */
export type AdminReply = AdminAnswer | { readonly error: { code: string; message: string; field?: string } };

/**
 * The stack of the function that administrators invoke. Refusals are answers, so that a caller can tell them from a
 * defect, which fails the invocation. Leaves one line in the log, without the secret.
 */
export function admin(context: () => AdminContext) {
  const handle = async (event: unknown, invocation: Context): Promise<AdminReply> => {
    const started = performance.now();
    const parsed = adminRequest.safeParse(event);
    const report = (outcome: string, facts: AdminFacts, error?: unknown) => {
      const line: AdminLine = {
        time: new Date().toISOString(),
        message: "admin",
        request_id: invocation.awsRequestId,
        action: parsed.success ? parsed.data.action : "unknown",
        outcome,
        ...(parsed.success ? asked(parsed.data) : {}),
        ...facts,
        duration_ms: Math.round((performance.now() - started) * 10) / 10,
      };
      log(error === undefined ? "info" : "error", "admin", {
        ...line,
        ...(error === undefined ? {} : errorFields(error)),
      });
    };
    try {
      if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.map(String).join("."));
      const answer = await administer(context(), parsed.data);
      report("done", answered(answer));
      return answer;
    } catch (error) {
      if (!(error instanceof ActivityError) || error.code === "unavailable") {
        report("failed", {}, error);
        throw error;
      }
      report(error.code, {});
      const { field } = error.facts;
      return { error: { code: error.code, message: error.message, ...(field === undefined ? {} : { field }) } };
    }
  };
  return (event: unknown, invocation: Context) => inInvocation(invocation, () => handle(event, invocation));
}

type AdminFacts = Pick<AdminLine, "org_ids" | "token_id" | "user_id" | "scopes" | "count" | "shards">;

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

function malformed(field: string | undefined): ActivityError {
  const at = field ? `the field ${field}` : "the action";
  return new ActivityError("invalid_value", `The request is malformed: check ${at}.`, field ? { field } : {});
}
