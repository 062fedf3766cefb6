import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { isResponseTooLarge, jsonResponse, toNextLinkHeader } from "#shared/api/http/response.ts";
import { encodeCursor } from "#shared/events/query/cursor.ts";
import type { EventPage } from "#shared/events/query/query.ts";
import { renderIncluded } from "./additions.ts";
import { type ActivityRequest, knownParameters } from "./query.ts";
import { renderPage } from "./render.ts";
import type { ActivityRoute } from "./routes.ts";

/** Events that were read, and what was asked for. */
export type FinzbooksPage = EventPage &
  Pick<ActivityRequest, "filter" | "limit" | "include"> & { readonly org_id: string };

/** Answers with a page of events, and says how many it shows. A page that would be too large for Lambda is cut. */
export function renderPageResponse(
  request: HttpRequest,
  route: ActivityRoute,
  page: FinzbooksPage,
): { readonly response: HttpResponse; readonly count: number } {
  const { body, cursor, count } = renderFitting(page);
  const link = cursor === null ? {} : toNextLinkHeader(request, route.path, knownParameters(route), cursor);
  return { response: toConditionalResponse(request, jsonResponse(body, 200, link), ["x-aibooks-org"]), count };
}

type Rendered = { readonly body: string; readonly cursor: string | null; readonly count: number };

/** Renders a page, or its first half where it would be too large: what is include may be large, too. */
function renderFitting(page: FinzbooksPage): Rendered {
  const { events, next, org_id, filter, limit, include } = page;
  const cursor = next === null ? null : encodeCursor(next, org_id, filter);
  const body = renderPage(events, limit, next !== null, renderIncluded(include, cursor));
  if (events.length < 2 || !isResponseTooLarge(body)) return { body, cursor, count: events.length };
  const half = events.slice(0, Math.ceil(events.length / 2));
  return renderFitting({ ...page, events: half, next: half.at(-1) ?? null });
}
