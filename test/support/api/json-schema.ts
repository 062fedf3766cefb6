import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";

const validators = new Map<string, ValidateFunction>();

/**
 * Returns a function that validates a value against a JSON Schema (draft 2020-12) and returns its errors. `$ref`s of the
 * schema are resolved in `root`.
 */
export function createSchemaValidator(schema: object, root: object = {}): (value: unknown) => string[] {
  const whole = { ...root, ...schema };
  // Compiled schemas are cached: tests use the same few many times, and compiling one is slow.
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
 * Like `createSchemaValidator`, for responses and webhooks: their schemas allow additional properties for later versions,
 * but here an undescribed property is an error.
 */
export function createResponseValidator(schema: object, root: object = {}): (value: unknown) => string[] {
  return createSchemaValidator(Object(closeObjects(schema)), Object(closeObjects(root)));
}

/** Returns the schema with `additionalProperties: false` in all its objects. */
function closeObjects(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closeObjects);
  const inner = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closeObjects(part)]));
  const isDescribed = "properties" in schema && "type" in schema && [schema.type].flat().includes("object");
  return isDescribed && !("additionalProperties" in schema) ? { ...inner, additionalProperties: false } : inner;
}
