import type { PageElement } from "./page-element.ts";

/** A page that is loaded when it is first visited. */
export type Route = {
  /** Parts that begin with a colon match any text: `/documents/:type/:id`. */
  readonly path: string;
  readonly title: string;
  /** The scope that a token needs; `null` if it needs none. */
  readonly scope: string | null;
  /** Loads the class of the page; each is a chunk of its own. */
  load(): Promise<new () => PageElement>;
};

export type RouteMatch = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

/** Returns the first route that a path matches, with its decoded variable parts; `null` if no route matches. */
export function matchRoute(routes: readonly Route[], path: string): RouteMatch | null {
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params !== null) return { route, params };
  }
  return null;
}

function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const names = pattern.split("/");
  const parts = path.replace(/\/$/, "").split("/");
  if (names.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = decode(parts[index] ?? "");
    if (part === null) return null;
    if (name.startsWith(":") && part !== "") params[name.slice(1)] = part;
    else if (name !== part) return null;
  }
  return params;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
