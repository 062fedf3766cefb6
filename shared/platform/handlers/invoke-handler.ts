import type { Context } from "aws-lambda";
import type * as z from "zod/mini";
import { ActivityError } from "#shared/errors.ts";
import type { AdminAuditFields, AdminCall } from "#shared/platform/admin-call.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";

/** The response to a rejected request. */
export type AdminErrorResponse = { readonly error: { code: string; message: string; field?: string } };

export type InvokeHandlerOptions<Request, Response> = {
  readonly requestSchema: z.ZodMiniType<Request>;
  handle(request: Request): Promise<Response>;
  /** Returns the audit fields of a request. */
  requestAuditFields(request: Request): AdminAuditFields;
  /** Returns the audit fields of a response. */
  resultAuditFields(response: Response): AdminAuditFields;
};

/**
 * Creates the handler of a function that administrators invoke. Rejected requests are responses, which distinguishes them
 * from defects, which fail the invocation. Logs one line for each call.
 */
export function createInvokeHandler<Request extends { readonly action: string }, Response>({
  requestSchema,
  handle: handleRequest,
  requestAuditFields,
  resultAuditFields,
}: InvokeHandlerOptions<Request, Response>) {
  const handle = async (event: unknown, invocation: Context): Promise<Response | AdminErrorResponse> => {
    const started = performance.now();
    const parsed = requestSchema.safeParse(event);
    const report = (outcome: string, resultFields: AdminAuditFields, error?: unknown) => {
      const call: AdminCall = {
        request_id: invocation.awsRequestId,
        action: parsed.success ? parsed.data.action : "unknown",
        outcome,
        ...(parsed.success ? requestAuditFields(parsed.data) : {}),
        ...resultFields,
        duration_ms: Math.round((performance.now() - started) * 10) / 10,
      };
      const level = error === undefined ? "info" : "error";
      log(level, "admin", { ...call, ...(error === undefined ? {} : errorFields(error)) });
    };
    try {
      if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.map(String).join("."));
      const response = await handleRequest(parsed.data);
      report("done", resultAuditFields(response));
      return response;
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
