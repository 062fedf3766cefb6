import * as z from "zod";
import type { InvocationResult } from "#infra/local/lambda/execution-environment.ts";
import type { ThrottledInvocation } from "#infra/local/lambda/local-function.ts";

const reportSchema = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * The identifiers of the records that an invocation did not deal with. As on AWS, a function error, a malformed report
 * and a report that names an unknown record all mean: none of them was.
 */
export function failedRecordIds(
  outcome: InvocationResult | ThrottledInvocation,
  identifiers: readonly string[],
  reportsItemFailures: boolean,
): ReadonlySet<string> {
  if (outcome.kind !== "result") return new Set(identifiers);
  if (!reportsItemFailures) return new Set();
  const report = reportSchema.safeParse(JSON.parse(outcome.payload));
  if (!report.success) return new Set(identifiers);
  const failed = (report.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((identifier) => identifiers.includes(identifier)) ? new Set(failed) : new Set(identifiers);
}
