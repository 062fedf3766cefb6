import * as z from "zod";
import type { Outcome } from "#infra/local/lambda/environment.ts";
import type { Throttled } from "#infra/local/lambda/function.ts";

const Report = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * The identifiers of the records that an invocation did not deal with. As on AWS, a function error, a malformed report
 * and a report that names an unknown record all mean: none of them was.
 */
export function failedRecords(
  outcome: Outcome | Throttled,
  identifiers: readonly string[],
  reportsItemFailures: boolean,
): ReadonlySet<string> {
  if (outcome.kind !== "result") return new Set(identifiers);
  if (!reportsItemFailures) return new Set();
  const report = Report.safeParse(JSON.parse(outcome.payload));
  if (!report.success) return new Set(identifiers);
  const failed = (report.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((identifier) => identifiers.includes(identifier)) ? new Set(failed) : new Set(identifiers);
}
