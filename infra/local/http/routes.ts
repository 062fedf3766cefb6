export type RouteMatch<Target> = {
  readonly target: Target;
  /** The route key of the template: `GET /orgs/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
};

type ParsedRoute<Target> = {
  readonly routeKey: string;
  readonly method: string;
  readonly segments: readonly string[];
  readonly target: Target;
};

/**
 * Finds the route of a request as an HTTP API does: a path without variables before one with, any full match before
 * `{proxy+}`, the method itself before ANY, and `$default` last.
 */
export function createRouter<Target>(routes: ReadonlyMap<string, Target>) {
  const ordered = [...routes]
    .filter(([routeKey]) => routeKey !== "$default")
    .map(([routeKey, target]) => parseRoute(routeKey, target))
    .sort((a, b) => precedence(a).localeCompare(precedence(b)));
  const fallback = routes.get("$default");

  return (method: string, path: string): RouteMatch<Target> | undefined => {
    const parts = segmentsOf(path);
    for (const route of ordered) {
      if (route.method !== "ANY" && route.method !== method) continue;
      const pathParameters = matchSegments(route.segments, parts);
      if (pathParameters !== undefined) return { target: route.target, routeKey: route.routeKey, pathParameters };
    }
    return fallback === undefined ? undefined : { target: fallback, routeKey: "$default", pathParameters: {} };
  };
}

function parseRoute<Target>(routeKey: string, target: Target): ParsedRoute<Target> {
  const [method = "", path = ""] = routeKey.split(" ");
  return { routeKey, method, segments: segmentsOf(path), target };
}

function segmentsOf(path: string): string[] {
  return path.replace(/^\//, "").split("/");
}

/** Text that sorts the most specific route first. */
function precedence({ method, segments }: ParsedRoute<unknown>): string {
  const kinds = segments.map((segment) => (segment.endsWith("+}") ? "2" : segment.startsWith("{") ? "1" : "0"));
  return `${kinds.join("")} ${method === "ANY" ? "1" : "0"}`;
}

function matchSegments(segments: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    const part = parts[at];
    if (part === undefined) return undefined;
    if (segment.endsWith("+}")) {
      if (part === "" && parts.length === at + 1) return undefined;
      found[segment.slice(1, -2)] = parts.slice(at).join("/");
      return found;
    }
    if (segment.startsWith("{")) {
      if (part === "") return undefined;
      found[segment.slice(1, -1)] = part;
    } else if (segment !== part) return undefined;
  }
  return parts.length === segments.length ? found : undefined;
}
