import { ActivityError } from "#shared/errors.ts";

export type FakturoidRoute =
  | { readonly kind: "user" }
  | { readonly kind: "events"; readonly slug: string }
  /** Only payments. */
  | { readonly kind: "paid"; readonly slug: string };

/** Finds the route of a request. Throws `ActivityError` `not_found` or `method_not_allowed`. */
export function findRoute(method: string, path: string): FakturoidRoute {
  const route = match(path);
  if (route === null) throw unknownResource();
  if (method !== "GET") {
    throw new ActivityError("method_not_allowed", "This resource is read-only. Use GET or HEAD.", {
      allow: "GET, HEAD",
    });
  }
  return route;
}

/** Returns the same error for an unknown account and for one of another token, so that callers cannot tell them apart. */
export function unknownResource(): ActivityError {
  return new ActivityError("not_found", "Resource not found. Check the path and the account.");
}

function match(path: string): FakturoidRoute | null {
  if (path === "/api/v3/user.json") return { kind: "user" };
  const [, slug, kind] = /^\/api\/v3\/accounts\/([^/]+)\/events(\/paid)?\.json$/.exec(path) ?? [];
  if (slug === undefined) return null;
  return { kind: kind === undefined ? "events" : "paid", slug };
}
