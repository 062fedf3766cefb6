import { listParameters } from "#shared/api/fakturoid/parameters.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { ifNoneMatch } from "#shared/api/operations/if-none-match.ts";
import { describeEventList } from "./describe-event-list.ts";
import type { FakturoidOperation } from "./fakturoid-call.ts";
import { handleEventList } from "./handle-event-list.ts";

export const listEvents: FakturoidOperation = {
  operationId: "list_events",
  method: "GET",
  path: "/api/v3/accounts/{slug}/events.json",
  route: "events",
  scope: "AIBooks.activity.READ",
  parameters: [...listParameters, ifNoneMatch],
  handle: (call) => handleEventList(call, listEvents, "events"),
};

export function describeListEvents(): OperationDescription {
  return describeEventList("The events of an account, newest first");
}
