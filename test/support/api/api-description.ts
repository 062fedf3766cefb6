import { parseXml, XmlElement } from "@rgrove/parse-xml";
import type { HttpResponse } from "#shared/api/http/request.ts";
import { createOpenApiDocument } from "#shared/api/openapi-document/document.ts";
import { answerSchemaFaults, schemaFaults } from "./json-schema.ts";

export const description = createOpenApiDocument("https://api.example.com");

type Schema = {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly xml?: { readonly name?: string; readonly wrapped?: boolean };
};

type Media = { readonly schema: Schema; readonly examples: Readonly<Record<string, { readonly value: unknown }>> };

/** A response as it is described. */
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

type Description = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, DescribedResponse>> };
};

/** The document with all references resolved. */
const { paths, components }: Description = JSON.parse(JSON.stringify(inlined(description)));

/** Every operation of the document, by its method and path. */
export const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

/** The operation of a name. */
export function operationOf(name: string) {
  const found = operations.find(({ operationId }) => operationId === name);
  if (found === undefined) throw new Error(`The document has no operation ${name}.`);
  return found;
}

/** The error responses of a dialect, the names of whose components begin alike. */
export function problemsOf(prefix: string): readonly DescribedResponse[] {
  return Object.entries(components.responses).flatMap(([name, value]) => (name.startsWith(prefix) ? [value] : []));
}

/** Every `$ref` of a part of the document. */
export function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "$ref" in value && typeof value.$ref === "string" ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

/** What a reference of the document points to; `undefined` where there is nothing. */
export function referenced(reference: string): unknown {
  const step = (part: unknown, key: string) =>
    part instanceof Object ? Object.entries(part).find(([name]) => name === key)?.[1] : undefined;
  return reference.split("/").slice(1).reduce<unknown>(step, description);
}

function inlined(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inlined);
  if ("$ref" in value && typeof value.$ref === "string") return inlined(referenced(value.$ref));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inlined(part)]));
}

/** What is wrong with a value, held against one of the component schemas. */
export function faults(name: keyof typeof description.components.schemas) {
  return answerSchemaFaults({ $ref: `#/components/schemas/${name}` }, { components: description.components });
}

/** What a real answer has that its description has not: headers, their values, a media type, another shape of body. */
export function answerFaults({ headers, content }: DescribedResponse, answer: HttpResponse): string[] {
  const unknown = headerFaults(headers, answer.headers);
  const type = answer.headers["content-type"]?.split(";")[0] ?? "";
  const media = content[type];
  if (media === undefined) return [...unknown, `no ${type}`];
  const body: unknown = type === "application/xml" ? readXml(answer.body, media.schema) : JSON.parse(answer.body);
  return [...unknown, ...answerSchemaFaults(media.schema)(body)];
}

function headerFaults(described: DescribedResponse["headers"], sent: HttpResponse["headers"]): string[] {
  const known = new Map(Object.entries(described).map(([name, { schema }]) => [name.toLowerCase(), schema]));
  return Object.entries(sent).flatMap(([name, text]) => {
    if (name === "content-type") return [];
    const schema = known.get(name);
    if (schema === undefined) return [`undescribed header ${name}`];
    const value = schema.type === "integer" ? Number(text) : text;
    return schemaFaults(schema)(value).map((fault) => `header ${name}: ${fault}`);
  });
}

/** Reads XML the way its schema says that it is written; `undefined` where its root is another. */
function readXml(text: string, schema: Schema): unknown {
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
