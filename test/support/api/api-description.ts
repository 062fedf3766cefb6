import { parseXml, XmlElement } from "@rgrove/parse-xml";
import type { HttpResponse } from "#shared/api/http/request.ts";
import { createOpenApiDescription } from "#shared/api/openapi-description/description.ts";
import { createResponseValidator, createSchemaValidator } from "./json-schema.ts";

type Named<T> = Readonly<Record<string, T>>;

type Schema = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly xml?: { readonly name?: string; readonly wrapped?: boolean };
};

type Media = { readonly schema: Schema; readonly examples: Readonly<Record<string, { readonly value: unknown }>> };

/** A response object of the OpenAPI description. */
export type DescribedResponse = {
  readonly headers: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly content: Readonly<Record<string, Media>>;
};

type Operation = {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, DescribedResponse>>;
};

type DescribedParameter = {
  readonly description: string;
  readonly schema: Schema;
  readonly example: string;
  readonly examples: Named<{ readonly value: string }>;
};

type Components = {
  readonly schemas: Named<Schema>;
  readonly parameters: Named<DescribedParameter>;
  readonly headers: Named<{ readonly schema: Schema; readonly example: unknown }>;
  readonly responses: Named<DescribedResponse>;
  readonly securitySchemes: Named<unknown>;
};

type Description = {
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Named<Named<Operation>>;
  readonly webhooks: Named<Named<Operation>>;
  readonly components: Components;
};

/** The OpenAPI description as it is served. */
export const description: Description = JSON.parse(JSON.stringify(createOpenApiDescription("https://api.example.com")));

/** The OpenAPI description with all references resolved. */
const { paths, components }: Description = JSON.parse(JSON.stringify(inlineRefs(description)));

/** All operations of the OpenAPI description, with their methods and paths. */
export const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

/** Returns the operation with that `operationId`. Throws if it does not exist. */
export function operationOf(name: string) {
  const found = operations.find(({ operationId }) => operationId === name);
  if (found === undefined) throw new Error(`The OpenAPI description has no operation ${name}.`);
  return found;
}

/** Returns the error responses of a dialect: the response components whose names start with `prefix`. */
export function errorResponsesOf(prefix: string): readonly DescribedResponse[] {
  return Object.entries(components.responses).flatMap(([name, value]) => (name.startsWith(prefix) ? [value] : []));
}

/** Returns one of the components of a section. Throws if it does not exist. */
export function componentOf<Part>(components: Named<Part>, name: string): Part {
  const found = components[name];
  if (found === undefined) throw new Error(`The OpenAPI description has no component ${name}.`);
  return found;
}

/** Returns every `$ref` in a part of the OpenAPI description. */
export function collectRefs(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "$ref" in value && typeof value.$ref === "string" ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(collectRefs)];
}

/** Returns what a `$ref` points to; `undefined` if it is dangling. */
export function resolveRef(reference: string): unknown {
  const step = (part: unknown, key: string) =>
    part instanceof Object ? Object.entries(part).find(([name]) => name === key)?.[1] : undefined;
  return reference.split("/").slice(1).reduce<unknown>(step, description);
}

function inlineRefs(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inlineRefs);
  if ("$ref" in value && typeof value.$ref === "string") return inlineRefs(resolveRef(value.$ref));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inlineRefs(part)]));
}

/** Returns a function that validates a value against a component schema and returns its errors. */
export function componentValidator(name: string) {
  return createResponseValidator({ $ref: `#/components/schemas/${name}` }, { components: description.components });
}

/** Returns how an actual response differs from its description, in headers, media type or body. */
export function validateResponse({ headers, content }: DescribedResponse, response: HttpResponse): string[] {
  const headerErrors = validateHeaders(headers, response.headers);
  const type = response.headers["content-type"]?.split(";")[0] ?? "";
  const media = content[type];
  if (media === undefined) return [...headerErrors, `no ${type}`];
  const body: unknown =
    type === "application/xml" ? parseXmlBody(response.body, media.schema) : JSON.parse(response.body);
  return [...headerErrors, ...createResponseValidator(media.schema)(body)];
}

function validateHeaders(described: DescribedResponse["headers"], sent: HttpResponse["headers"]): string[] {
  const known = new Map(Object.entries(described).map(([name, { schema }]) => [name.toLowerCase(), schema]));
  return Object.entries(sent).flatMap(([name, text]) => {
    if (name === "content-type") return [];
    const schema = known.get(name);
    if (schema === undefined) return [`undescribed header ${name}`];
    const value = schema.type === "integer" ? Number(text) : text;
    return createSchemaValidator(schema)(value).map((error) => `header ${name}: ${error}`);
  });
}

/** Parses XML according to its schema; `undefined` if the root element has another name. */
function parseXmlBody(text: string, schema: Schema): unknown {
  const { root } = parseXml(text);
  return root === null || root.name !== schema.xml?.name ? undefined : contentOf(root, schema);
}

function contentOf(element: XmlElement, { type, xml, properties = {}, items = {} }: Schema): unknown {
  const children = element.children.filter((child) => child instanceof XmlElement);
  if (type === "array") {
    if (xml?.wrapped !== true) throw new Error(`The elements of ${element.name} have nothing around them.`);
    return children.map((child) => (child.name === items.xml?.name ? contentOf(child, items) : { stray: child.name }));
  }
  if (type !== "object") return element.text;
  return Object.fromEntries(children.map((child) => [child.name, contentOf(child, properties[child.name] ?? {})]));
}
