import type { Caller } from "#shared/auth/caller.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { renderEvent } from "#shared/events/rendering/render-event.ts";

/** What a page shows beyond the contract; nothing unless it was asked for. */
export type IncludedFields = {
  /** Writes what is added to an event: members of an object, each after a comma. */
  readonly renderEventFields?: ((event: ActivityEvent) => string) | undefined;
  readonly contextFields?: string | undefined;
};

/**
 * One page in the envelope of the contract. Written as text, since the structured parts are JSON text already:
 * nothing is parsed to be printed again, and their key order stays the writer's.
 */
export function renderPage(
  events: readonly ActivityEvent[],
  limit: number,
  hasMore: boolean,
  { renderEventFields: ofEvent = () => "", contextFields: ofContext = "" }: IncludedFields = {},
): string {
  const page = `{"limit":${limit},"returned":${events.length},"has_more_page":${hasMore}${ofContext}}`;
  const activity = events.map((event) => renderEvent(event, ofEvent(event))).join(",");
  return `{"code":0,"message":"success","activity":[${activity}],"page_context":${page}}`;
}

/** Who a token speaks for. */
export function renderWhoami({ token, org_id }: Caller): string {
  const { token_id, user_id, scopes } = token;
  return JSON.stringify({ code: 0, message: "success", token: { token_id, org_id, user_id, scopes, tier: "DEFAULT" } });
}
