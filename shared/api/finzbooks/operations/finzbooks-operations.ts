import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import type { FinzbooksOperation } from "./finzbooks-call.ts";
import { describeListActivity, listActivity } from "./list-activity.ts";
import { describeTimeline, timelines } from "./list-document-activity.ts";
import { describeWhoami, whoami } from "./whoami.ts";

/** The operations of this dialect. */
export const finzbooksOperations: readonly FinzbooksOperation[] = [
  listActivity,
  ...timelines.map(({ operation }) => operation),
  whoami,
];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedFinzbooksOperations = (): readonly DescribedOperation[] => [
  [listActivity, describeListActivity],
  ...timelines.map(({ operation, type }) => [operation, () => describeTimeline(type)] as const),
  [whoami, describeWhoami],
];
