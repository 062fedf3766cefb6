import { errorResponses } from "#shared/api/finzbooks/openapi/errors.ts";
import type { HttpResponse } from "#shared/api/http/request.ts";
import { responseHeaders } from "#shared/api/openapi/headers.ts";
import type { DescribedOperation, OperationDescription } from "#shared/api/operations/describe-operations.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import { webhookJsonSchema, webhookSchemaPath } from "#shared/api/webhooks/openapi/payload-schema.ts";
import { eventJsonSchema, eventSchemaPath } from "#shared/events/event-json-schema.ts";

/** A request for a spec, and what describes the API: it includes these operations, so they cannot import it. */
type SpecCall = PathCall & { describeApi(origin: string): Promise<unknown> };

type SpecOperation = Omit<Operation<SpecCall>, "route"> & { readonly summary: string };

type Spec = Pick<SpecOperation, "operationId" | "path" | "summary"> & {
  render(origin: string, call: SpecCall): unknown;
};

function defineSpecOperation({ render, ...spec }: Spec): SpecOperation {
  return {
    ...spec,
    method: "GET",
    scope: null,
    parameters: [],
    handle: async (call): Promise<HttpResponse> => ({
      status: 200,
      headers: { "content-type": "application/json", "cache-control": "public, max-age=300" },
      body: JSON.stringify(await render(call.request.origin, call)),
    }),
  };
}

/** The operations that serve the specs of this API. */
export const specOperations: readonly SpecOperation[] = [
  defineSpecOperation({
    operationId: "get_openapi_json",
    path: "/openapi.json",
    summary: "This OpenAPI 3.1 description",
    render: (origin, { describeApi }) => describeApi(origin),
  }),
  defineSpecOperation({
    operationId: "get_schemas_event_json",
    path: eventSchemaPath,
    summary: "The JSON Schema of an event that a service writes",
    render: eventJsonSchema,
  }),
  defineSpecOperation({
    operationId: "get_schemas_webhook_json",
    path: webhookSchemaPath,
    summary: "The JSON Schema of the body of a webhook",
    render: webhookJsonSchema,
  }),
];

export const describedSpecOperations = (): readonly DescribedOperation[] =>
  specOperations.map((operation) => [operation, () => describeSpec(operation.summary)] as const);

function describeSpec(summary: string): OperationDescription {
  const content = { "application/json": { schema: { type: "object" } } };
  return {
    summary,
    tags: ["documents"],
    responses: { 200: { description: summary, headers: responseHeaders([]), content }, ...errorResponses(500, 503) },
  };
}
