import { type JsonObject, toList, toObject, toText } from "./json.ts";
import type {
  BodyDescription,
  OperationDescription,
  ParameterDescription,
  ResponseDescription,
  SecurityRequirement,
} from "./operation.ts";
import type { Resolve } from "./resolve.ts";

type OperationTarget = Pick<OperationDescription, "method" | "path" | "isReceived">;

/** Returns an operation of an OpenAPI description. What is missing in it is empty. */
export function parseOperation(value: unknown, target: OperationTarget, resolve: Resolve): OperationDescription {
  const operation = toObject(value);
  return {
    ...target,
    id: toText(operation.operationId),
    method: target.method.toUpperCase(),
    summary: toText(operation.summary),
    description: toText(operation.description),
    tag: toText(toList(operation.tags)[0]),
    security: toList(operation.security).flatMap(parseRequirement),
    parameters: toList(operation.parameters).flatMap((parameter) => parseParameter(resolve(parameter))),
    bodies: parseBodies(resolve(operation.requestBody).content),
    responses: Object.entries(toObject(operation.responses)).map(([status, response]) =>
      parseResponse(status, resolve(response), resolve),
    ),
  };
}

function parseRequirement(value: unknown): SecurityRequirement[] {
  return Object.entries(toObject(value)).map(([scheme, scopes]) => ({ scheme, scopes: toList(scopes).map(toText) }));
}

function parseParameter(parameter: JsonObject): ParameterDescription[] {
  const { name, in: place, required, description, schema, example } = parameter;
  if (place !== "path" && place !== "query" && place !== "header") return [];
  return [
    {
      name: toText(name),
      in: place,
      isRequired: required === true,
      description: toText(description),
      schema,
      example: formatExample(example),
    },
  ];
}

/** The API takes lists separated by commas. */
function formatExample(example: unknown): string {
  return example === undefined ? "" : String(example);
}

function parseBodies(content: unknown): readonly BodyDescription[] {
  return Object.entries(toObject(content)).map(([mediaType, media]) => {
    const { schema, example, examples } = toObject(media);
    const named = Object.values(toObject(examples)).map((named) => toObject(named).value);
    return { mediaType, schema, examples: example === undefined ? named : [example] };
  });
}

function parseResponse(status: string, response: JsonObject, resolve: Resolve): ResponseDescription {
  return {
    status,
    description: toText(response.description),
    headers: Object.entries(toObject(response.headers)).map(([name, header]) => ({
      name,
      description: toText(resolve(header).description),
    })),
    bodies: parseBodies(response.content),
  };
}
