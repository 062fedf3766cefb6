import { describe, expect, it } from "vitest";
import { Component, schemaComponent } from "#shared/api/operations/component.ts";
import { ComponentCollector } from "#shared/api/operations/component-collector.ts";
import { describeOperations } from "#shared/api/operations/describe-operations.ts";
import { queryParameter } from "#shared/api/operations/parameter.ts";

describe("describeOperations", () => {
  const limit = queryParameter({ component: "Limit", name: "limit", schema: { type: "integer" }, parse: Number });
  const id = { name: "id", in: "path", required: true, schema: { type: "string" }, containsSlashes: true } as const;
  const common = { path: "/items/{id}", route: "items", parameters: [id, limit] };
  const describeItem = (summary: string) => () => ({ summary, tags: ["items"], responses: { 204: {} } });
  const paths = describeOperations(
    [
      [{ ...common, operationId: "get", method: "GET", scope: "AIBooks.activity.READ" }, describeItem("Get")],
      [{ ...common, operationId: "remove", method: "DELETE", scope: null, parameters: [] }, describeItem("Remove")],
    ],
    ["apiKey", "accessToken"],
  );

  it("returns one path item with an operation for each method", () => {
    expect(paths["/items/{id}"]).toEqual({
      get: {
        operationId: "get",
        summary: "Get",
        tags: ["items"],
        security: [{ apiKey: ["AIBooks.activity.READ"] }, { accessToken: ["AIBooks.activity.READ"] }],
        parameters: [
          { name: "id", in: "path", required: true, schema: { type: "string" } },
          new Component("parameters", "Limit", { name: "limit", in: "query", schema: { type: "integer" } }),
        ],
        responses: { 204: {} },
      },
      delete: {
        operationId: "remove",
        summary: "Remove",
        tags: ["items"],
        security: [{ apiKey: [] }, { accessToken: [] }],
        responses: { 204: {} },
      },
    });
  });
});

describe("ComponentCollector", () => {
  const item = schemaComponent("Item", { type: "object" });

  it("replaces components by references, also inside of components", () => {
    const collector = new ComponentCollector();
    const list = schemaComponent("List", { type: "array", items: item });
    expect(collector.collect({ content: [{ schema: list }, { schema: item }] })).toEqual({
      content: [{ schema: { $ref: "#/components/schemas/List" } }, { schema: { $ref: "#/components/schemas/Item" } }],
    });
    expect(collector.components.schemas).toEqual({
      Item: { type: "object" },
      List: { type: "array", items: { $ref: "#/components/schemas/Item" } },
    });
  });

  it("throws when two different components have the same name", () => {
    const other = schemaComponent("Item", { type: "string" });
    expect(() => new ComponentCollector().collect([item, other])).toThrow("name Item");
    expect(() => new ComponentCollector().collect([item, schemaComponent("Item", { type: "object" })])).not.toThrow();
  });
});
