import { schemaComponent } from "#shared/api/operations/component.ts";

/** Named JSON Schemas: properties of an object, or components. */
export type JsonSchemas = Readonly<Record<string, unknown>>;

/**
 * Returns the schema of an object in a response. All of `properties` are required, `optional` ones are not. Other
 * properties are allowed, so that generated clients accept what a later version adds.
 */
export function objectSchema(properties: JsonSchemas, annotations: JsonSchemas = {}, optional: JsonSchemas = {}) {
  const all: JsonSchemas = { ...properties, ...optional };
  return { type: "object", ...annotations, required: Object.keys(properties), properties: all };
}

/** Returns a component schema of an object, as `objectSchema` does. */
export function objectComponent(name: string, ...parts: Parameters<typeof objectSchema>) {
  return schemaComponent(name, objectSchema(...parts));
}

/** A timestamp in responses. */
export const timestampSchema = {
  type: "string",
  format: "date-time",
  description: "UTC; whole seconds, or three fraction digits.",
  pattern: String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$`,
};
