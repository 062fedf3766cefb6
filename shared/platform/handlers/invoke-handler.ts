import type { Context } from "aws-lambda";
import type * as z from "zod/mini";
import { ActivityError } from "#shared/errors.ts";
import type { AdminAuditFields, AdminCall } from "#shared/platform/admin-call.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";

/** Why a request was refused. */
export type AdminErrorResponse = { readonly error: { code: string; message: string; field?: string } };

export type InvokeHandlerOptions<Request, Answer> = {
  readonly requestSchema: z.ZodMiniType<Request>;
  handle(request: Request): Promise<Answer>;
  /** Whom and what a request is about. */
  requestAuditFields(request: Request): AdminAuditFields;
  resultAuditFields(answer: Answer): AdminAuditFields;
};

/**
 * The stack of a function that administrators invoke. Refusals are answers, so that a caller can tell them from a
 * defect, which fails the invocation. Leaves one line in the log.
 */
export function createInvokeHandler<Request extends { readonly action: string }, Answer>({
  requestSchema: request,
  handle: run,
  requestAuditFields: asked,
  resultAuditFields: answered,
}: InvokeHandlerOptions<Request, Answer>) {
  const handle = async (event: unknown, invocation: Context): Promise<Answer | AdminErrorResponse> => {
    const started = performance.now();
    const parsed = request.safeParse(event);
    const report = (outcome: string, facts: AdminAuditFields, error?: unknown) => {
      const call: AdminCall = {
        request_id: invocation.awsRequestId,
        action: parsed.success ? parsed.data.action : "unknown",
        outcome,
        ...(parsed.success ? asked(parsed.data) : {}),
        ...facts,
        duration_ms: Math.round((performance.now() - started) * 10) / 10,
      };
      const level = error === undefined ? "info" : "error";
      log(level, "admin", { ...call, ...(error === undefined ? {} : errorFields(error)) });
    };
    try {
      if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.map(String).join("."));
      const answer = await run(parsed.data);
      report("done", answered(answer));
      return answer;
    } catch (error) {
      if (!(error instanceof ActivityError) || error.code === "unavailable") {
        report("failed", {}, error);
        throw error;
      }
      report(error.code, {});
      const { field } = error.context;
      return { error: { code: error.code, message: error.message, ...(field === undefined ? {} : { field }) } };
    }
  };
  return (event: unknown, invocation: Context) => runInInvocation(invocation, () => handle(event, invocation));
}

function malformed(field: string | undefined): ActivityError {
  const at = field ? `the field ${field}` : "the action";
  return new ActivityError("invalid_value", `The request is malformed: check ${at}.`, field ? { field } : {});
}
