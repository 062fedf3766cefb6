import { describe, expect, it } from "vitest";
import { createRouter } from "#infra/local/http/routes.ts";

const keys = ["GET /orgs/{id}", "GET /orgs/all", "ANY /orgs/all", "GET /orgs/{proxy+}", "ANY /files/{path+}", "GET /"];
const find = createRouter(new Map([...keys, "$default"].map((key) => [key, key])));

describe("createRouter", () => {
  it.each([
    ["GET", "/orgs/all", "GET /orgs/all", {}],
    ["POST", "/orgs/all", "ANY /orgs/all", {}],
    ["GET", "/orgs/7", "GET /orgs/{id}", { id: "7" }],
    ["GET", "/orgs/7/events", "GET /orgs/{proxy+}", { proxy: "7/events" }],
    ["PUT", "/files/a/b c", "ANY /files/{path+}", { path: "a/b c" }],
    ["GET", "/", "GET /", {}],
    ["DELETE", "/orgs/7", "$default", {}],
    ["GET", "/orgs/", "$default", {}],
    ["GET", "/files", "$default", {}],
    ["GET", "/ORGS/7", "$default", {}],
  ])("%s %s is %s", (method, path, routeKey, pathParameters) => {
    expect(find(method, path)).toEqual({ target: routeKey, routeKey, pathParameters });
  });

  it("returns null when no route matches and no default exists", () => {
    expect(createRouter(new Map([["GET /a", 1]]))("GET", "/b")).toBeUndefined();
  });
});
