import { describe, expect, it } from "vitest";
import { createResolve } from "#clients/console/reference/description/resolve.ts";
import { summarizeSchema } from "#clients/console/reference/description/schema.ts";

const resolve = createResolve({
  components: {
    schemas: {
      Event: {
        type: "object",
        required: ["id"],
        properties: { id: { type: "string" }, next: { $ref: "#/components/schemas/Event" } },
      },
      "a/b~c": { type: "boolean" },
    },
  },
});
const event = { $ref: "#/components/schemas/Event" };

describe("summarizeSchema", () => {
  it.each([
    [{ type: "string" }, "string"],
    [{ type: ["string", "null"] }, "string or null"],
    [{ type: "array", items: event }, "array of Event"],
    [event, "Event"],
    [{ $ref: "#/components/schemas/a~1b~0c" }, "boolean"],
    [{}, "any"],
    [{ $ref: "#/components/schemas/Missing" }, "Missing"],
    [null, "any"],
  ])("names the type of %j: %s", (schema, type) => {
    expect(summarizeSchema(schema, resolve).type).toBe(type);
  });

  it("returns the properties of an object, and of the objects of an array", () => {
    const properties = [
      { name: "id", isRequired: true, schema: { type: "string" } },
      { name: "next", isRequired: false, schema: event },
    ];
    expect(summarizeSchema(event, resolve).properties).toEqual(properties);
    expect(summarizeSchema({ type: "array", items: event }, resolve).properties).toEqual(properties);
  });

  it("returns constraints in words, and allowed values", () => {
    const schema = { type: "string", minLength: 1, maxLength: 8, default: "a", enum: ["a", "b"] };
    expect(summarizeSchema(schema, resolve)).toMatchObject({
      constraints: ["at least 1 character", "at most 8 characters", "default a"],
      values: ["a", "b"],
    });
    expect(summarizeSchema({ const: 0 }, resolve).values).toEqual(["0"]);
  });
});
