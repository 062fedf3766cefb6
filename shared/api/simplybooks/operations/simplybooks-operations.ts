import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import { describeGetActivity, getActivity } from "./get-activity.ts";
import { describeGetCurrentAccount, getCurrentAccount } from "./get-current-account.ts";
import { describeListActivities, listActivities } from "./list-activities.ts";
import type { SimplybooksOperation } from "./simplybooks-call.ts";

/** The operations of this dialect. */
export const simplybooksOperations: readonly SimplybooksOperation[] = [listActivities, getActivity, getCurrentAccount];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedSimplybooksOperations = (): readonly DescribedOperation[] => [
  [listActivities, describeListActivities],
  [getActivity, describeGetActivity],
  [getCurrentAccount, describeGetCurrentAccount],
];
