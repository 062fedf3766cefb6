import { isResponseTooLarge } from "#shared/api/http/response.ts";
import type { Caller } from "#shared/auth/caller.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { encodeCursor } from "#shared/events/query/cursor.ts";
import type { EventFilter, EventPage } from "#shared/events/query/query.ts";
import { summarize } from "#shared/events/rendering/event-summary.ts";
import { renderEvent } from "#shared/events/rendering/render-event.ts";
import type { FindableEvent, SequencePosition } from "#shared/ledger/feed/find-sequences.ts";
import { type IncludeOption, toIncludedActor, toIncludedRelated } from "./mapping.ts";

/** What `include` adds to a page, as JSON text. Each member begins with a comma. */
export type IncludedFields = {
  readonly renderEventFields?: ((event: ActivityEvent) => string) | undefined;
  readonly contextFields?: string | undefined;
};

/** Events that were read, and the request that they answer. */
export type FinzbooksPage = EventPage & {
  readonly org_id: string;
  readonly filter: EventFilter;
  readonly limit: number;
  readonly include: ReadonlySet<IncludeOption>;
  /** Of the events, if the request asks for them. An event without a number has none, or `null`. */
  readonly sequences: ReadonlyMap<FindableEvent, SequencePosition | null>;
};

export type RenderedPage = { readonly body: string; readonly cursor: string | null; readonly count: number };

/**
 * Renders a page, or its first half if it would be too large for Lambda. Returns the number of rendered events, and the
 * cursor of the next page.
 */
export function renderFittingPage(page: FinzbooksPage): RenderedPage {
  const { events, next, org_id, filter, limit, include, sequences } = page;
  const cursor = next === null ? null : encodeCursor(next, org_id, filter);
  const body = renderPage(events, limit, next !== null, renderIncluded(include, cursor, sequences));
  if (events.length < 2 || !isResponseTooLarge(body)) return { body, cursor, count: events.length };
  const half = events.slice(0, Math.ceil(events.length / 2));
  return renderFittingPage({ ...page, events: half, next: half.at(-1) ?? null });
}

/**
 * Renders a page in the envelope of the contract. Builds text, because the structured fields are stored as JSON text:
 * nothing is parsed and printed again, and the writer's order of keys is kept.
 */
export function renderPage(
  events: readonly ActivityEvent[],
  limit: number,
  hasMore: boolean,
  { renderEventFields = () => "", contextFields = "" }: IncludedFields = {},
): string {
  const context = `{"limit":${limit},"returned":${events.length},"has_more_page":${hasMore}${contextFields}}`;
  const activity = events.map((event) => renderEvent(event, renderEventFields(event))).join(",");
  return `{"code":0,"message":"success","activity":[${activity}],"page_context":${context}}`;
}

/** Returns what `include` adds. `nextCursor` is `null` on the last page. */
export function renderIncluded(
  included: ReadonlySet<IncludeOption>,
  nextCursor: string | null,
  sequences: FinzbooksPage["sequences"] = new Map(),
): IncludedFields {
  if (included.size === 0) return {};
  const renderEventFields = (event: ActivityEvent) => {
    let text = "";
    if (included.has("actor")) text += `,"actor":${JSON.stringify(toIncludedActor(event))}`;
    if (included.has("text")) text += `,"text":${JSON.stringify(event.text ?? summarize(event).sentence)}`;
    if (included.has("related")) text += `,"related":${JSON.stringify(toIncludedRelated(event))}`;
    if (included.has("sequence")) text += renderSequence(sequences.get(event) ?? null);
    return text;
  };
  const contextFields = included.has("cursor") ? `,"next_cursor":${JSON.stringify(nextCursor)}` : "";
  return { renderEventFields, contextFields };
}

function renderSequence(position: SequencePosition | null): string {
  const { sequence, sealed_at } = position ?? { sequence: null, sealed_at: null };
  return `,"sequence":${sequence},"sealed_at":${JSON.stringify(sealed_at)}`;
}

/** Renders the token of a caller, without its secret. */
export function renderWhoami({ token, org_id }: Caller): string {
  const { token_id, user_id, scopes } = token;
  return JSON.stringify({ code: 0, message: "success", token: { token_id, org_id, user_id, scopes, tier: "DEFAULT" } });
}
