import * as z from "zod/mini";
import { refs, security } from "#shared/api/finzbooks/openapi.ts";
import { headerRefs, problemRefs, rateHeaders } from "#shared/api/finzbooks/openapi-problems.ts";
import { exactly, success } from "#shared/api/finzbooks/openapi-schemas.ts";
import { basePath } from "#shared/api/finzbooks/routes.ts";
import { withNullTypes } from "#shared/api/openapi/nullable-schema.ts";
import { deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { deliveryIdPattern, endpointIdPattern, replayIdPattern } from "#shared/webhooks/ids.ts";
import { bodies } from "./bodies.ts";
import { type Answer, operations } from "./openapi-operations.ts";
import { defaultDeliveries, maxDeliveries } from "./query.ts";
import { type RouteName, routeNames, routes } from "./routes.ts";

/** A path of the document: an operation for each of its methods. */
type PathItem = Record<string, ReturnType<typeof describe>>;

const bodySchemas: Partial<Readonly<Record<RouteName, z.ZodMiniType>>> = bodies;

const idPatterns = { endpoint_id: endpointIdPattern, delivery_id: deliveryIdPattern, replay_id: replayIdPattern };

const deliveryParameters = [
  { name: "status", in: "query", description: "Only these.", schema: { type: "string", enum: deliveryStatuses } },
  {
    name: "event_type",
    in: "query",
    description: "Only events of one type.",
    schema: { type: "string", pattern: eventTypePattern.source },
  },
  ...refs("Since", "Until"),
  {
    name: "limit",
    in: "query",
    description: "Deliveries of a page at most.",
    schema: { type: "integer", minimum: 1, maximum: maxDeliveries, default: defaultDeliveries },
  },
  ...refs("Cursor"),
];

/** Every path about webhooks: one operation for each route. */
export function webhookPaths(): Readonly<Record<string, PathItem>> {
  const paths: Record<string, PathItem> = {};
  for (const name of routeNames) {
    const [method, path] = routes[name];
    const at = `${basePath}${path}`;
    paths[at] = { ...paths[at], [method.toLowerCase()]: describe(name, path) };
  }
  return paths;
}

function describe(name: RouteName, path: string) {
  const { summary, description, bodyExample, answers, problems = [] } = operations[name];
  const isList = name === "list_webhook_deliveries";
  const headers = headerRefs([...(isList ? ["Link"] : []), ...rateHeaders]);
  const responses = Object.entries(answers).map(([status, answer]) => {
    const examples = { sample: { value: { code: 0, message: "success", ...answer.example } } };
    const content = { "application/json": { schema: answerSchema(answer), examples } };
    return [status, { description: answer.description, headers, content }] as const;
  });
  const body = bodySchemas[name];
  return {
    operationId: name,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: ["webhooks"],
    security: security(["AIBooks.webhooks.MANAGE"]),
    parameters: [...pathParameters(path), ...refs("Org", "OrgInQuery"), ...(isList ? deliveryParameters : [])],
    ...(body === undefined ? {} : { requestBody: requestBody(body, bodyExample) }),
    responses: {
      ...Object.fromEntries(responses),
      ...problemRefs(400, 401, 403, ...problems, ...(body === undefined ? [] : [413]), 429, 500, 503),
    },
  };
}

function pathParameters(path: string) {
  return Object.entries(idPatterns)
    .filter(([name]) => path.includes(`{${name}}`))
    .map(([name, { source }]) => ({ name, in: "path", required: true, schema: { type: "string", pattern: source } }));
}

function answerSchema({ content, optional = [] }: Answer) {
  const properties = Object.entries(content).map(([name, schema]) => {
    return [name, { $ref: `#/components/schemas/${schema}` }] as const;
  });
  const whole = exactly({ ...success, ...Object.fromEntries(properties) });
  return { ...whole, required: whole.required.filter((name) => !optional.includes(name)) };
}

/** The body as its reader has it. It may be left out where nothing in it must be there. */
function requestBody(body: z.ZodMiniType, example: unknown) {
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  const media = { schema: withNullTypes(schema), examples: { sample: { value: example } } };
  const content = { "application/json": media };
  return { required: (schema.required ?? []).length > 0, content };
}
