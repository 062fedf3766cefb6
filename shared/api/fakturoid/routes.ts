import { ActivityError } from "#shared/errors.ts";

/** What a path of this dialect asks for. */
export type FakturoidRoute =
  | { readonly kind: "user" }
  | { readonly kind: "events"; readonly slug: string }
  /** Only what says that money was received or paid. */
  | { readonly kind: "paid"; readonly slug: string };

/** Finds the route of a request. Throws `ActivityError` `not_found` or `method_not_allowed`. */
export function findRoute(method: string, path: string): FakturoidRoute {
  const route = match(path);
  if (route === null) throw unknownResource();
  if (method !== "GET") {
    throw new ActivityError("method_not_allowed", "Events are written by the system and can only be read.", {
      allow: "GET, HEAD",
    });
  }
  return route;
}

/** The answer for what there is not, and for what is somebody else's: nobody can tell the two apart. */
export function unknownResource(): ActivityError {
  return new ActivityError("not_found", "There is no such resource.");
}

function match(path: string): FakturoidRoute | null {
  if (path === "/api/v3/user.json") return { kind: "user" };
  const [, slug, kind] = /^\/api\/v3\/accounts\/([^/]+)\/events(\/paid)?\.json$/.exec(path) ?? [];
  if (slug === undefined) return null;
  return { kind: kind === undefined ? "events" : "paid", slug };
}
