import type { ActivityEvent, ActivityParams } from "#clients/client/finzbooks/finzbooks-client.ts";
import type { List, Page } from "#clients/client/http/page.ts";

/** Returns an event as the API sends it. */
export function anApiEvent(fields: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    event_id: "evt_1",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "inv_1",
    entity_ref: "INV-1",
    actor_user_id: "usr_1",
    changes: null,
    metadata: {},
    occurred_at: "2026-05-11T08:00:00Z",
    ...fields,
  };
}

type ActivityPage = Page<ActivityEvent, ActivityParams>;

/** A list whose pages are read from memory; `fail` may throw before a page. */
export function listOf(
  events: readonly ActivityEvent[],
  fail: (request: number) => void = () => undefined,
): List<ActivityEvent, ActivityParams> & { readonly requests: ActivityParams[] } {
  const requests: ActivityParams[] = [];
  async function list(params: ActivityParams = {}): Promise<ActivityPage> {
    requests.push(params);
    fail(requests.length);
    const offset = Number(params.cursor ?? 0);
    const end = offset + (params.limit ?? 100);
    const next = end < events.length ? { ...params, cursor: String(end) } : null;
    return { items: events.slice(offset, end), next, etag: `W/"${events.length}"` };
  }
  return {
    requests,
    list,
    async *iterate() {
      yield* events;
    },
  };
}
