import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import type { ChangesOperation } from "./changes-call.ts";
import { describeExport, exportActivity } from "./export-activity.ts";
import { describeListChanges, listActivityChanges } from "./list-activity-changes.ts";

export const changesOperations: readonly ChangesOperation[] = [listActivityChanges, exportActivity];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedChangesOperations = (): readonly DescribedOperation[] => [
  [listActivityChanges, describeListChanges],
  [exportActivity, describeExport],
];
