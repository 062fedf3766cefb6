import * as z from "zod/mini";
import { errorResponseRefs } from "#shared/api/finzbooks/openapi/errors.ts";
import { accessTokenSecurity, parameterRefs } from "#shared/api/finzbooks/openapi/paths.ts";
import { successProperties } from "#shared/api/finzbooks/openapi/schemas.ts";
import { basePath } from "#shared/api/finzbooks/routes.ts";
import { headerRefs, objectSchema, rateLimitHeaderNames } from "#shared/api/openapi/components.ts";
import { withNullTypes } from "#shared/api/openapi/nullable-schema.ts";
import { defaultDeliveries, maxDeliveries } from "#shared/api/webhooks/query.ts";
import { bodySchemas } from "#shared/api/webhooks/request-bodies.ts";
import { type WebhookRouteName, webhookRouteNames, webhookRoutes } from "#shared/api/webhooks/routes.ts";
import { deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { deliveryIdPattern, endpointIdPattern, replayIdPattern } from "#shared/webhooks/ids.ts";
import { type OperationResponse, operationDocs } from "./operation-docs.ts";

/** A path of the OpenAPI description, with an operation per method. */
type PathItem = Record<string, ReturnType<typeof describe>>;

const schemas: Partial<Readonly<Record<WebhookRouteName, z.ZodMiniType>>> = bodySchemas;

const idPatterns = { endpoint_id: endpointIdPattern, delivery_id: deliveryIdPattern, replay_id: replayIdPattern };

const deliveryParameters = [
  { name: "status", in: "query", description: "Only these.", schema: { type: "string", enum: deliveryStatuses } },
  {
    name: "event_type",
    in: "query",
    description: "Only events of one type.",
    schema: { type: "string", pattern: eventTypePattern.source },
  },
  ...parameterRefs("Since", "Until"),
  {
    name: "limit",
    in: "query",
    description: "Deliveries of a page at most.",
    schema: { type: "integer", minimum: 1, maximum: maxDeliveries, default: defaultDeliveries },
  },
  ...parameterRefs("Cursor"),
];

/** Returns the paths of the webhooks API, with one operation per route. */
export function webhookPaths(): Readonly<Record<string, PathItem>> {
  const paths: Record<string, PathItem> = {};
  for (const name of webhookRouteNames) {
    const [method, path] = webhookRoutes[name];
    const at = `${basePath}${path}`;
    paths[at] = { ...paths[at], [method.toLowerCase()]: describe(name, path) };
  }
  return paths;
}

function describe(name: WebhookRouteName, path: string) {
  const { summary, description, bodyExample, responses: successes, errors = [] } = operationDocs[name];
  const isList = name === "list_webhook_deliveries";
  const headers = headerRefs([...(isList ? ["Link"] : []), ...rateLimitHeaderNames]);
  const responses = Object.entries(successes).map(([status, response]) => {
    const examples = { sample: { value: { code: 0, message: "success", ...response.example } } };
    const content = { "application/json": { schema: responseSchema(response), examples } };
    return [status, { description: response.description, headers, content }] as const;
  });
  const body = schemas[name];
  return {
    operationId: name,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: ["webhooks"],
    security: accessTokenSecurity(["AIBooks.webhooks.MANAGE"]),
    parameters: [...pathParameters(path), ...parameterRefs("Org", "OrgInQuery"), ...(isList ? deliveryParameters : [])],
    ...(body === undefined ? {} : { requestBody: requestBody(body, bodyExample) }),
    responses: {
      ...Object.fromEntries(responses),
      ...errorResponseRefs(400, 401, 403, ...errors, ...(body === undefined ? [] : [413]), 429, 500, 503),
    },
  };
}

function pathParameters(path: string) {
  return Object.entries(idPatterns)
    .filter(([name]) => path.includes(`{${name}}`))
    .map(([name, { source }]) => ({ name, in: "path", required: true, schema: { type: "string", pattern: source } }));
}

function responseSchema({ content, optional = [] }: OperationResponse) {
  const properties = Object.entries(content).map(([name, schema]) => {
    return [name, { $ref: `#/components/schemas/${schema}` }] as const;
  });
  const whole = objectSchema({ ...successProperties, ...Object.fromEntries(properties) });
  return { ...whole, required: whole.required.filter((name) => !optional.includes(name)) };
}

/** Describes a body by the schema that parses it. The body is optional if all its fields are. */
function requestBody(body: z.ZodMiniType, example: unknown) {
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  const media = { schema: withNullTypes(schema), examples: { sample: { value: example } } };
  const content = { "application/json": media };
  return { required: (schema.required ?? []).length > 0, content };
}
