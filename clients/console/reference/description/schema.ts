import { toList, toObject, toText } from "./json.ts";
import { getReferenceName, type Resolve } from "./resolve.ts";

/** A schema as the reference shows it. */
export type SchemaSummary = {
  /** In words: `string or null`, `array of Event`. */
  readonly type: string;
  readonly description: string;
  /** What a value must fulfil besides its type: `at most 256 characters`. */
  readonly constraints: readonly string[];
  /** The values that are allowed; empty if there is no such list. */
  readonly values: readonly string[];
  /** Of an object, or of the objects of an array. */
  readonly properties: readonly SchemaProperty[];
};

export type SchemaProperty = { readonly name: string; readonly isRequired: boolean; readonly schema: unknown };

/** Returns what a schema of JSON Schema 2020-12 says, without its properties' schemas: they may contain it again. */
export function summarizeSchema(schema: unknown, resolve: Resolve): SchemaSummary {
  const resolved = resolve(schema);
  const inner = resolve(resolved.items);
  const owner = Object.keys(inner).length === 0 ? resolved : inner;
  const required = new Set(toList(owner.required));
  const values = resolved.const === undefined ? toList(resolved.enum ?? inner.enum) : [resolved.const];
  return {
    type: nameSchemaType(schema, resolve),
    description: toText(resolved.description),
    constraints: listConstraints(resolved),
    values: values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))),
    properties: Object.entries(toObject(owner.properties)).map(([name, property]) => ({
      name,
      isRequired: required.has(name),
      schema: property,
    })),
  };
}

function nameSchemaType(schema: unknown, resolve: Resolve): string {
  const { type, items } = resolve(schema);
  const names = [type].flat().filter((name) => typeof name === "string");
  if (items !== undefined) return `array of ${nameSchemaType(items, resolve)}`;
  if (names.length === 0) return getReferenceName(schema) ?? "any";
  return names.map((name) => (name === "object" ? (getReferenceName(schema) ?? name) : name)).join(" or ");
}

const limits: readonly (readonly [key: string, text: (limit: string) => string])[] = [
  ["format", (format) => `format ${format}`],
  ["pattern", (pattern) => `matches ${pattern}`],
  ["minLength", (length) => `at least ${length} ${length === "1" ? "character" : "characters"}`],
  ["maxLength", (length) => `at most ${length} characters`],
  ["minimum", (minimum) => `at least ${minimum}`],
  ["maximum", (maximum) => `at most ${maximum}`],
  ["minItems", (count) => `at least ${count} ${count === "1" ? "item" : "items"}`],
  ["maxItems", (count) => `at most ${count} items`],
  ["maxProperties", (count) => `at most ${count} properties`],
  ["default", (value) => `default ${value}`],
];

function listConstraints(schema: Readonly<Record<string, unknown>>): readonly string[] {
  return limits.flatMap(([key, format]) => {
    const limit = schema[key];
    if (limit === undefined) return [];
    return [format(typeof limit === "string" ? limit : JSON.stringify(limit))];
  });
}
