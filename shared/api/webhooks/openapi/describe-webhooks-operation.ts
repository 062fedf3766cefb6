import {
  describeJsonOperation,
  type JsonOperationDescription,
} from "#shared/api/finzbooks/openapi/describe-json-operation.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";

/** Describes an operation of the webhooks API. */
export function describeWebhooksOperation(described: JsonOperationDescription): OperationDescription {
  return describeJsonOperation("webhooks", described);
}
