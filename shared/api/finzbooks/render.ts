import type { Caller } from "#shared/auth/caller.ts";
import type { ActivityEvent } from "#shared/events/event.ts";

/** What a page shows beyond the contract; nothing unless it was asked for. */
export type PageAdditions = {
  /** Writes what is added to an event: members of an object, each after a comma. */
  readonly ofEvent?: ((event: ActivityEvent) => string) | undefined;
  readonly ofContext?: string | undefined;
};

/**
 * One page in the envelope of the contract. Written as text, since the structured parts are JSON text already:
 * nothing is parsed to be printed again, and their key order stays the writer's.
 */
export function renderPage(
  events: readonly ActivityEvent[],
  limit: number,
  hasMore: boolean,
  { ofEvent = () => "", ofContext = "" }: PageAdditions = {},
): string {
  const page = `{"limit":${limit},"returned":${events.length},"has_more_page":${hasMore}${ofContext}}`;
  const activity = events.map((event) => renderEvent(event, ofEvent(event))).join(",");
  return `{"code":0,"message":"success","activity":[${activity}],"page_context":${page}}`;
}

/** One event, with the keys of the contract in the order of the contract, and what is added behind them. */
export function renderEvent(event: ActivityEvent, added = ""): string {
  return (
    `{"event_id":"${event.event_id}","action":"${event.action}","entity_type":"${event.entity_type}"` +
    `,"entity_id":${JSON.stringify(event.entity_id)},"entity_ref":${JSON.stringify(event.entity_ref)}` +
    `,"actor_user_id":${JSON.stringify(event.actor_user_id)},"changes":${event.changes ?? "null"}` +
    `,"metadata":${event.metadata},"occurred_at":"${renderTime(event.occurred_at)}"${added}}`
  );
}

/** Whole seconds where there is no fraction, else three digits. */
export function renderTime(time: string): string {
  return time.endsWith(".000Z") ? `${time.slice(0, -5)}Z` : time;
}

/** Who a token speaks for. */
export function renderWhoami({ token, org_id }: Caller): string {
  const { token_id, user_id, scopes } = token;
  return JSON.stringify({ code: 0, message: "success", token: { token_id, org_id, user_id, scopes, tier: "DEFAULT" } });
}
