import { describe, expect, it } from "vitest";
import { createRouter, fillPath } from "#shared/api/operations/router.ts";
import { ActivityError } from "#shared/errors.ts";
import { catchError } from "#test/support/catch-error.ts";

const id = { name: "id", in: "path", required: true, schema: {} } as const;
const list = { operationId: "list", method: "GET", path: "/items.json", parameters: [] } as const;
const create = { operationId: "create", method: "POST", path: "/items.json", parameters: [] } as const;
const get = { operationId: "get", method: "GET", path: "/items/{id}", parameters: [id] } as const;
const history = {
  operationId: "history",
  method: "GET",
  path: "/items/{id}/history",
  parameters: [{ ...id, containsSlashes: true }],
} as const;

const route = createRouter([list, create, get, history]);

describe("createRouter", () => {
  it("finds operations by method and path", () => {
    expect(route("GET", "/items.json")).toEqual({ operation: list, path: {} });
    expect(route("POST", "/items.json")).toEqual({ operation: create, path: {} });
    expect(route("GET", "/items/a b")).toEqual({ operation: get, path: { id: "a b" } });
  });

  it("finds a value with slashes only where it may contain them", () => {
    expect(route("GET", "/items/a/b\n/history")).toEqual({ operation: history, path: { id: "a/b\n" } });
    expect(catchError(() => route("GET", "/items/a/b")).code).toBe("not_found");
  });

  it.each([
    "",
    "/items",
    "/items/",
    "/itemsxjson",
    "/items.json/",
    "/x/items.json",
    "/items.json\n",
    "/items//history",
  ])("throws not_found for %j", (path) => expect(catchError(() => route("GET", path)).code).toBe("not_found"));

  it("throws method_not_allowed with the methods of the path", () => {
    const { code, message, context } = catchError(() => route("DELETE", "/items.json"));
    expect([code, message, context.allow]).toEqual([
      "method_not_allowed",
      "This resource accepts only GET, HEAD, POST.",
      "GET, HEAD, POST",
    ]);
  });

  it("says that the resource is read-only when all operations are", () => {
    const { message, context } = catchError(() => createRouter([list, get])("POST", "/items/1"));
    expect([message, context.allow]).toEqual(["This resource is read-only. Use GET or HEAD.", "GET, HEAD"]);
  });

  it("throws the error of its dialect for an unknown path", () => {
    const dialectRoute = createRouter([list], { notFound: () => new ActivityError("not_found", "domain unknown") });
    expect(catchError(() => dialectRoute("GET", "/")).message).toBe("domain unknown");
  });
});

it("fillPath percent-encodes values", () => {
  expect(fillPath(history.path, { id: "a/b č\ud800" })).toBe("/items/a%2Fb%20%C4%8D%EF%BF%BD/history");
});
