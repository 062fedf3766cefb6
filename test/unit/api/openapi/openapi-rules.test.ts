import { describe, expect, it } from "vitest";
import { withNullTypes } from "#shared/api/openapi/nullable-schema.ts";
import { description } from "#test/support/api/api-description.ts";
import { createSchemaValidator } from "#test/support/api/json-schema.ts";
import { generatorRules } from "#test/support/api/openapi-rules.ts";

const served: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(description));

/** Returns an OpenAPI description with one parameter for each schema. */
const descriptionWith = (...schemas: object[]) => ({
  paths: { "/": { get: { tags: ["reading"], parameters: schemas.map((schema) => ({ name: "type", schema })) } } },
});

/** For each rule, an OpenAPI description that breaks it, and how often. */
const broken: Readonly<Record<string, readonly [description: Readonly<Record<string, unknown>>, count: number]>> = {
  "no schema is only null": [
    descriptionWith({ type: "null" }, { anyOf: [{ type: "string" }, { type: "null" }] }, { type: ["string", "null"] }),
    2,
  ],
  "no schema has two types besides null": [
    descriptionWith({ type: ["integer", "string"] }, { type: ["integer", "string", "null"] }, { type: ["string"] }),
    2,
  ],
  "enum and const have a type": [
    descriptionWith({ enum: ["a"] }, { const: 1 }, { type: "string", enum: ["a"] }, { properties: { enum: {} } }),
    2,
  ],
  "integers that may exceed 2^31 are int64": [
    descriptionWith(
      { type: "integer" },
      { type: ["integer", "null"], minimum: 0, maximum: 2 ** 31 },
      { type: "integer", minimum: 0, maximum: 2 ** 31 - 1 },
      { type: "integer", format: "int64" },
      { type: "integer", const: 0 },
    ),
    2,
  ],
  "no choice between arrays": [
    {
      ...descriptionWith(
        { anyOf: [{ $ref: "#/components/schemas/List" }, { type: "object" }] },
        { oneOf: [{ type: "array" }] },
        { type: "array", items: { anyOf: [{ type: "string" }] } },
      ),
      components: { schemas: { List: { type: "array" } } },
    },
    2,
  ],
  "paths and webhooks share no tag": [
    { ...descriptionWith(), webhooks: { event: { post: { tags: ["reading", "sent"] } } } },
    1,
  ],
  "every component is used": [
    {
      ...descriptionWith({ $ref: "#/components/schemas/Used" }),
      security: [{ token: [] }],
      components: {
        schemas: { Used: {}, Unused: {} },
        securitySchemes: { token: {}, key: {} },
        headers: { Allow: {} },
      },
    },
    3,
  ],
};

describe.each(Object.entries(generatorRules))("client generators need that %s", (rule, violations) => {
  it("which the served document fulfils", () => expect(violations(served)).toEqual([]));

  it("which the rule detects when violated", () => {
    const [document, count] = broken[rule] ?? [{}, 1];
    expect(violations(document)).toHaveLength(count);
  });
});

describe("withNullTypes", () => {
  const nullable = (schema: object) => ({ anyOf: [schema, { type: "null" }], description: "outer" });

  it.each([
    [nullable({ type: "string", minLength: 1 }), { type: ["string", "null"], minLength: 1, description: "outer" }],
    [nullable({ type: "string", enum: ["a"] }), { type: ["string", "null"], enum: ["a", null], description: "outer" }],
    [
      { properties: { a: nullable({ type: "array", items: nullable({ type: "integer" }) }) } },
      {
        properties: {
          a: {
            type: ["array", "null"],
            items: { type: ["integer", "null"], description: "outer" },
            description: "outer",
          },
        },
      },
    ],
  ])("converts %j", (schema, converted) => expect(withNullTypes(schema)).toEqual(converted));

  it.each([
    { anyOf: [{ type: "string" }, { type: "integer" }] },
    { anyOf: [{ $ref: "#/a" }, { type: "null" }] },
    { anyOf: [{ type: "string" }, { type: "integer" }, { type: "null" }] },
    { type: "string", enum: ["a"] },
  ])("does not change %j", (schema) => expect(withNullTypes(schema)).toEqual(schema));

  it("(property) keeps the set of valid values", () => {
    const schema = nullable({ type: "string", enum: ["a", "b"] });
    const [before, after] = [createSchemaValidator(schema), createSchemaValidator(withNullTypes(schema))];
    for (const value of ["a", "b", null, "c", 1, undefined]) {
      expect(after(value).length === 0, String(value)).toBe(before(value).length === 0);
    }
  });
});
