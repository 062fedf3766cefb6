import { conditional } from "#shared/api/http/conditional.ts";
import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { isTooLarge } from "#shared/api/http/response-size.ts";
import { writeCursor } from "#shared/events/query/cursor.ts";
import type { EventPage } from "#shared/events/query/query.ts";
import { additionsOf } from "./additions.ts";
import { type ActivityRequest, parametersOf } from "./query.ts";
import { renderPage } from "./render.ts";
import { json, nextLink } from "./reply.ts";
import type { ActivityRoute } from "./routes.ts";

/** Events that were read, and what was asked for. */
export type ListedPage = EventPage &
  Pick<ActivityRequest, "filter" | "limit" | "included"> & { readonly org_id: string };

/** Answers with a page of events, and says how many it shows. A page that would be too large for Lambda is cut. */
export function answerPage(
  request: HttpRequest,
  route: ActivityRoute,
  page: ListedPage,
): { readonly response: HttpResponse; readonly count: number } {
  const { body, cursor, count } = renderFitting(page);
  const link = cursor === null ? {} : nextLink(request, route.path, parametersOf(route), cursor);
  return { response: conditional(request, json(body, 200, link), ["x-aibooks-org"]), count };
}

type Rendered = { readonly body: string; readonly cursor: string | null; readonly count: number };

/** Renders a page, or its first half where it would be too large: what is included may be large, too. */
function renderFitting(page: ListedPage): Rendered {
  const { events, next, org_id, filter, limit, included } = page;
  const cursor = next === null ? null : writeCursor(next, org_id, filter);
  const body = renderPage(events, limit, next !== null, additionsOf(included, cursor));
  if (events.length < 2 || !isTooLarge(body)) return { body, cursor, count: events.length };
  const half = events.slice(0, Math.ceil(events.length / 2));
  return renderFitting({ ...page, events: half, next: half.at(-1) ?? null });
}
