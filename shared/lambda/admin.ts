import { type AdminAnswer, type AdminContext, administer } from "../access/admin.ts";
import { adminRequest } from "../access/admin-request.ts";
import { ActivityError } from "../events/errors.ts";
import { errorFields, log } from "./log.ts";

/** What the administrator gets: the answer, or what was wrong with the request. */
export type AdminReply = AdminAnswer | { readonly error: { code: string; message: string; field?: string } };

/**
 * The stack of the function that administrators invoke. Refusals are answers, so that a caller can tell them from a
 * defect, which fails the invocation. Leaves one line in the log, without the secret.
 */
export function admin(context: () => AdminContext) {
  return async (event: unknown): Promise<AdminReply> => {
    const parsed = adminRequest.safeParse(event);
    const action = parsed.success ? parsed.data.action : "unknown";
    try {
      if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.map(String).join("."));
      const answer = await administer(context(), parsed.data);
      log("info", "admin", { action, outcome: "done" });
      return answer;
    } catch (error) {
      if (!(error instanceof ActivityError) || error.code === "unavailable") {
        log("error", "admin", { action, outcome: "failed", ...errorFields(error) });
        throw error;
      }
      log("info", "admin", { action, outcome: error.code });
      const { field } = error.facts;
      return { error: { code: error.code, message: error.message, ...(field === undefined ? {} : { field }) } };
    }
  };
}

function malformed(field: string | undefined): ActivityError {
  const at = field ? `the field ${field}` : "the action";
  return new ActivityError("invalid_value", `The request is malformed: check ${at}.`, field ? { field } : {});
}
