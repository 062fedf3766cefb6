import { writeCursor } from "../../events/cursor.ts";
import type { EventPage } from "../../events/query.ts";
import { isTooLarge } from "../answer-size.ts";
import { conditional } from "../conditional.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import { additionsOf } from "./additions.ts";
import { type ActivityRequest, parameters } from "./query.ts";
import { renderPage } from "./render.ts";
import { json, nextLink } from "./reply.ts";

/** Events that were read, and what was asked for. */
export type ListedPage = EventPage &
  Pick<ActivityRequest, "filter" | "limit" | "included"> & { readonly org_id: string };

/** Answers with a page of events, and says how many it shows. A page that would be too large for Lambda is cut. */
export function answerPage(
  request: HttpRequest,
  path: string,
  page: ListedPage,
): { readonly response: HttpResponse; readonly count: number } {
  const { body, cursor, count } = renderFitting(page);
  const link = cursor === null ? {} : nextLink(request, path, parameters, cursor);
  return { response: conditional(request, json(body, 200, link), ["x-aibooks-org"]), count };
}

/** What is included counts for less when pages are read, so few pages need more than one try. */
function renderFitting({ org_id, filter, limit, included, ...page }: ListedPage) {
  for (let { events, next } = page; ; ) {
    const cursor = next === null ? null : writeCursor(next, org_id, filter);
    const body = renderPage(events, limit, next !== null, additionsOf(included, cursor));
    if (events.length < 2 || !isTooLarge(body)) return { body, cursor, count: events.length };
    events = events.slice(0, Math.ceil(events.length / 2));
    next = events.at(-1) ?? null;
  }
}
