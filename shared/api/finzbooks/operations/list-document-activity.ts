import { toActivityRequest } from "#shared/api/finzbooks/activity-request.ts";
import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { activityPage } from "#shared/api/finzbooks/openapi/responses.ts";
import { idSchema, orgParameters, pageParameters, parseId } from "#shared/api/finzbooks/parameters.ts";
import { redactForLog } from "#shared/api/http/format-filters.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { ifNoneMatch } from "#shared/api/operations/if-none-match.ts";
import type { PathParameter } from "#shared/api/operations/parameter.ts";
import { parseParameters } from "#shared/api/operations/parse-parameters.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import type { EntityType } from "#shared/events/entity-types.ts";
import type { FinzbooksOperation } from "./finzbooks-call.ts";
import { handleActivity } from "./handle-activity.ts";

/** The collections whose documents have a timeline. */
export const collections: Readonly<Record<string, EntityType>> = {
  invoices: "INVOICE",
  bills: "BILL",
  estimates: "ESTIMATE",
  credit_notes: "CREDIT_NOTE",
  debit_notes: "DEBIT_NOTE",
  payments: "PAYMENT",
  expenses: "EXPENSE",
  sales_orders: "SALES_ORDER",
  purchase_orders: "PURCHASE_ORDER",
  receipts: "RECEIPT",
  journals: "JOURNAL",
  contacts: "CONTACT",
  items: "ITEM",
};

const queryParameters = [...orgParameters, ...pageParameters, ifNoneMatch] as const;

/** An operation for each collection, and the type of its documents. */
export const timelines = Object.entries(collections).map(([collection, type]) => ({
  type,
  operation: defineTimeline(collection, type),
}));

function defineTimeline(collection: string, type: EntityType): FinzbooksOperation {
  const name = `${type.toLowerCase()}_id`;
  const documentId: PathParameter = {
    name,
    in: "path",
    required: true,
    description: "Percent-encoded as a path segment.",
    schema: idSchema,
    containsSlashes: true,
  };
  const operation: FinzbooksOperation = {
    operationId: `list_${collection}_activity`,
    method: "GET",
    path: `${basePath}/${collection}/{${name}}/activity`,
    route: "activity",
    scope: "AIBooks.activity.READ",
    acceptsViewerTokens: true,
    parameters: [documentId, ...queryParameters],
    handle: (call) => {
      const id = call.path[name] ?? "";
      // Set before authentication, so that the audit line of a refused request names the document.
      call.context.auditFields.entity_id = redactForLog(id);
      return handleActivity(call, operation, (query, viewer) => parseDocumentActivity({ type, id }, query, viewer));
    },
  };
  return operation;
}

type DocumentRef = { readonly type: EntityType; readonly id: string };

/** Parses the parameters of a request for a timeline. Throws `ActivityError` with the name of the parameter. */
export function parseDocumentActivity(
  { type, id }: DocumentRef,
  query: URLSearchParams,
  viewer: ViewerToken | null = null,
) {
  const values = parseParameters(query, queryParameters);
  const document = { entity_type: type, entity_id: parseId(id, "entity_id") };
  return toActivityRequest({ ...values, ...document, actor_user_id: null }, viewer);
}

export function describeTimeline(type: EntityType): OperationDescription {
  return {
    summary: `The timeline of one ${type.toLowerCase().replaceAll("_", " ")}`,
    description: "The timeline of an unknown id is empty.",
    tags: ["activity"],
    responses: activityPage(),
  };
}
