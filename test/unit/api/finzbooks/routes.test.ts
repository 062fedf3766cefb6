import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { basePath, collections, findRoute } from "#shared/api/finzbooks/routes.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { catchError } from "#test/support/catch-error.ts";

const documentOf = (path: string) => {
  const route = findRoute("GET", `${basePath}${path}`);
  return route.kind === "activity" ? route.document : null;
};

it("findRoute finds the feed and whoami", () => {
  expect(findRoute("GET", "/api/public/v1/activity")).toEqual({
    kind: "activity",
    path: "/api/public/v1/activity",
    document: null,
  });
  expect(findRoute("GET", "/api/public/v1/whoami")).toEqual({ kind: "whoami" });
});

describe("findRoute, timeline", () => {
  it("exists for every document type except the attachment, which belongs to another document", () => {
    expect(Object.values(collections).sort()).toEqual(documentTypes.filter((type) => type !== "ATTACHMENT").sort());
  });

  it.each(Object.entries(collections))("is found under /%s for %s", (collection, type) => {
    expect(documentOf(`/${collection}/id_1/activity`)).toEqual({ type, id: "id_1" });
  });

  it("is found for ids with slashes, spaces and any letters", () => {
    for (const id of ["a/b", "a b", "#1", "/activity", "x/activity", "..", "счёт", "請求書", "🧾", "%2F", "a\nb"]) {
      expect(documentOf(`/invoices/${id}/activity`)).toEqual({ type: "INVOICE", id });
    }
  });

  it("(property) has a path that leads back to it for any id", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), (id) => {
        const route = findRoute("GET", `${basePath}/bills/${id}/activity`);
        const path = route.kind === "activity" ? route.path : "";
        expect(path).toMatch(/^[!-~]+$/);
        expect(findRoute("GET", decodeURIComponent(path))).toEqual(route);
      }),
    );
  });

  it("is found for an id with a lone surrogate", () => {
    expect(documentOf("/invoices/\ud800/activity")).toEqual({ type: "INVOICE", id: "\ud800" });
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
