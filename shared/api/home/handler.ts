import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { ActivityError } from "#shared/errors.ts";
import { renderHomePage } from "./page.ts";
import { specLinks } from "./spec-links.ts";
import { contentSecurityPolicy } from "./style.ts";

export const homePath = "/";

/**
 * Serves a description of the API with links to its specs, as HTML, or as JSON if the caller prefers that. A browser, which
 * asks for HTML by name, is redirected to the console if there is one. Throws `ActivityError` `method_not_allowed`.
 */
export function handleHome({ method, origin, headers }: HttpRequest, consoleUrl: string | null): HttpResponse {
  if (method !== "GET")
    throw new ActivityError("method_not_allowed", "This page is read-only. Use GET or HEAD.", { allow: "GET, HEAD" });
  const common = { "cache-control": "public, max-age=300", vary: "Accept" };
  const accept = headers.accept ?? "*/*";
  if (quality(accept, "application/json") > quality(accept, "text/html")) {
    const links = Object.fromEntries(specLinks.map(({ key, path }) => [key, `${origin}${path}`]));
    const description = "An append-only activity log of accounting platforms.";
    const body = JSON.stringify({ name: "Activity log", description, links });
    return { status: 200, headers: { ...common, "content-type": "application/json" }, body };
  }
  if (consoleUrl !== null && accept.toLowerCase().includes("text/html")) {
    return { status: 302, headers: { ...common, "cache-control": "no-cache", location: consoleUrl }, body: "" };
  }
  return {
    status: 200,
    headers: {
      ...common,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": contentSecurityPolicy,
      "referrer-policy": "no-referrer",
    },
    body: renderHomePage(origin),
  };
}

/** Returns the weight of a type in an `Accept` header, from 0 to 1, by the most specific range (RFC 9110, section 12.5.1). */
function quality(accept: string, type: string): number {
  const ranges = accept.split(",").map((range) =>
    range
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  for (const range of [type, type.replace(/\/.*/, "/*"), "*/*"]) {
    const found = ranges.find(([name]) => name === range);
    if (found === undefined) continue;
    const parameter = found.find((text) => text.startsWith("q="));
    const weight = parameter === undefined ? 1 : Number(parameter.slice("q=".length));
    return weight >= 0 && weight <= 1 ? weight : 0;
  }
  return 0;
}
