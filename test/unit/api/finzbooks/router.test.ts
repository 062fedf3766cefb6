import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { finzbooksOperations } from "#shared/api/finzbooks/operations/finzbooks-operations.ts";
import { collections } from "#shared/api/finzbooks/operations/list-document-activity.ts";
import { createRouter, fillPath } from "#shared/api/operations/router.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { catchError } from "#test/support/catch-error.ts";

const findRoute = createRouter(finzbooksOperations);

/** Returns the operation of a path below the base, and the values that the path contains. */
const routeOf = (path: string) => {
  const { operation, path: values } = findRoute("GET", `${basePath}${path}`);
  return [operation.operationId, ...Object.values(values)];
};

it("findRoute finds the feed and whoami", () => {
  expect(routeOf("/activity")).toEqual(["list_activity"]);
  expect(routeOf("/whoami")).toEqual(["whoami"]);
});

describe("findRoute, timeline", () => {
  it("exists for every document type except the attachment, which belongs to another document", () => {
    expect(Object.values(collections).sort()).toEqual(documentTypes.filter((type) => type !== "ATTACHMENT").sort());
  });

  it.each(Object.keys(collections))("is found under /%s", (collection) => {
    expect(routeOf(`/${collection}/id_1/activity`)).toEqual([`list_${collection}_activity`, "id_1"]);
  });

  it("is found for ids with slashes, spaces and any letters", () => {
    for (const id of ["a/b", "a b", "#1", "/activity", "x/activity", "..", "счёт", "請求書", "🧾", "%2F", "a\nb"]) {
      expect(routeOf(`/invoices/${id}/activity`)).toEqual(["list_invoices_activity", id]);
    }
  });

  it("(property) has a path that leads back to it for any id", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), (id) => {
        const route = findRoute("GET", `${basePath}/bills/${id}/activity`);
        const path = fillPath(route.operation.path, route.path);
        expect(path).toMatch(/^[!-~]+$/);
        expect(findRoute("GET", decodeURIComponent(path))).toEqual(route);
      }),
    );
  });

  it("is found for an id with a lone surrogate", () => {
    expect(routeOf("/invoices/\ud800/activity")).toEqual(["list_invoices_activity", "\ud800"]);
  });
});

describe("findRoute, unknown path", () => {
  it.each([
    "/",
    "",
    "/activity",
    "/api/public/v1",
    "/api/public/v1/",
    "/api/public/v1/activity/",
    "/api/public/v1//activity",
    "/api/public/v1/Activity",
    "/api/public/v2/activity",
    "/api/public/v1x/activity",
    "/prod/api/public/v1/activity",
    "/api/public/v1/invoices/activity",
    "/api/public/v1/invoices//activity",
    "/api/public/v1/invoices/inv_1",
    "/api/public/v1/attachments/a/activity",
    "/api/public/v1/users/u/activity",
    "/api/public/v1/__proto__/x/activity",
    "/api/public/v1/constructor/x/activity",
    "/api/public/v1/toString/x/activity",
    "/api/public/v1/INVOICES/inv_1/activity",
  ])("%j throws not_found", (path) => expect(catchError(() => findRoute("GET", path)).code).toBe("not_found"));
});

it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get"])(
  "findRoute refuses the method %s with the allowed methods",
  (method) => {
    for (const path of ["/activity", "/whoami", "/invoices/inv_1/activity"]) {
      const error = catchError(() => findRoute(method, `${basePath}${path}`));
      expect([error.code, error.context.allow]).toEqual(["method_not_allowed", "GET, HEAD"]);
    }
    expect(catchError(() => findRoute(method, "/nowhere")).code).toBe("not_found");
  },
);
