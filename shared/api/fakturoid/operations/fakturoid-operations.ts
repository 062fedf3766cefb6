import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import type { FakturoidOperation } from "./fakturoid-call.ts";
import { describeGetUser, getUser } from "./get-user.ts";
import { describeListEvents, listEvents } from "./list-events.ts";
import { describeListPaidEvents, listPaidEvents } from "./list-paid-events.ts";

/** The operations of this dialect. */
export const fakturoidOperations: readonly FakturoidOperation[] = [getUser, listEvents, listPaidEvents];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedFakturoidOperations = (): readonly DescribedOperation[] => [
  [getUser, describeGetUser],
  [listEvents, describeListEvents],
  [listPaidEvents, describeListPaidEvents],
];
