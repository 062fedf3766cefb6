import { listParameters } from "#shared/api/fakturoid/parameters.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { ifNoneMatch } from "#shared/api/operations/if-none-match.ts";
import { describeEventList } from "./describe-event-list.ts";
import type { FakturoidOperation } from "./fakturoid-call.ts";
import { handleEventList } from "./handle-event-list.ts";

/** Only payments. */
export const listPaidEvents: FakturoidOperation = {
  operationId: "list_paid_events",
  method: "GET",
  path: "/api/v3/accounts/{slug}/events/paid.json",
  route: "paid",
  scope: "AIBooks.activity.READ",
  parameters: [...listParameters, ifNoneMatch],
  handle: (call) => handleEventList(call, listPaidEvents, "paid"),
};

export function describeListPaidEvents(): OperationDescription {
  return describeEventList(
    "The payments of an account, newest first",
    "Events whose name begins with `invoice_paid`, `proforma_paid` or `expense_paid`. ",
  );
}
