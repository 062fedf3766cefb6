import { ActivityError } from "#shared/errors.ts";

export const basePath = "/api/v1";

export type SimplybooksRoute =
  | { readonly kind: "list" }
  | { readonly kind: "activity"; readonly id: string }
  /** The account of the key, which clients request to check their connection. */
  | { readonly kind: "account" };

/** Finds the route of a request. Throws `ActivityError` `not_found` or `method_not_allowed`. */
export function findRoute(method: string, path: string): SimplybooksRoute {
  const route = match(path);
  if (route === null) throw new ActivityError("not_found", "domain unknown");
  if (method !== "GET") {
    throw new ActivityError("method_not_allowed", "This resource is read-only. Use GET or HEAD.", {
      allow: "GET, HEAD",
    });
  }
  return route;
}

function match(path: string): SimplybooksRoute | null {
  if (path === `${basePath}/activities`) return { kind: "list" };
  if (path === `${basePath}/accounts/current`) return { kind: "account" };
  const [, id] = /^\/api\/v1\/activities\/([^/]+)$/.exec(path) ?? [];
  return id === undefined ? null : { kind: "activity", id };
}
