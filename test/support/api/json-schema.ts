import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";

const validators = new Map<string, ValidateFunction>();

/** A validator of one JSON Schema (draft 2020-12); `references` are what it may point to, by the name it uses. */
export function schemaFaults(schema: object, root: object = {}): (value: unknown) => string[] {
  const whole = { ...root, ...schema };
  // Tests of a document ask for the same few schemas again and again, and to compile one takes long.
  const key = JSON.stringify(whole);
  const validate = validators.get(key) ?? compile(whole);
  validators.set(key, validate);
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

function compile(schema: object): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  return ajv.compile(schema);
}

/**
 * The same for what we answer or send, whose schemas are open to later additions: a property that they do not describe is a
 * fault here all the same.
 */
export function answerSchemaFaults(schema: object, root: object = {}): (value: unknown) => string[] {
  return schemaFaults(Object(closed(schema)), Object(closed(root)));
}

/** A schema whose objects have no properties but those that it describes. */
function closed(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const inner = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closed(part)]));
  const isDescribed = "properties" in schema && "type" in schema && [schema.type].flat().includes("object");
  return isDescribed && !("additionalProperties" in schema) ? { ...inner, additionalProperties: false } : inner;
}
