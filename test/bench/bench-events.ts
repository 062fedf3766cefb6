import type { EventStore } from "#shared/events/dynamodb/event-store.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";

/** `occurred_at` of the newest event of every organisation. */
const newest = Date.parse("2026-05-11T08:30:12Z");

/** Pads an event to about 700 bytes of JSON. */
const note = "x".repeat(150);

/**
 * The n-th event of an organisation, counted from the newest: about 700 bytes, spread over documents, users and
 * contacts.
 */
export function benchEvent(orgId: string, n: number): ActivityEvent {
  const input = {
    org_id: orgId,
    action: n % 3 === 0 ? "INVOICE_PAID" : "INVOICE_UPDATED",
    entity_type: n % 2 === 0 ? "INVOICE" : "BILL",
    // One document with many events, so that its timeline grows with the log.
    entity_id: n % 4 === 0 ? "doc_long" : `doc_${n}`,
    entity_ref: `INV-2026-${n}`,
    actor_user_id: `usr_${n % 3}`,
    changes: { status: { old: "DRAFT", new: "SENT" }, due_date: { old: "2026-04-01", new: "2026-05-01" } },
    metadata: { source: "PUBLIC_API", ip: "203.0.113.4", user_agent: "AIBooks-CLI/0.4", request_id: `req_${n}`, note },
    related: [{ entity_type: "CONTACT", entity_id: `con_${n % 5}` }],
    occurred_at: new Date(newest - n * 1_777).toISOString(),
  };
  return parseEventValue(input, { now: new Date(newest + 1), entropy: `${orgId} ${n}` }).event;
}

/** Stores the first `count` events of an organisation, and reports progress from 0 to 1. */
export async function fill(
  store: EventStore,
  orgId: string,
  count: number,
  progress: (share: number) => void,
): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let n = next++; n < count; n = next++) {
      await store.put(benchEvent(orgId, n));
      if (n % 1_000 === 0) progress(n / count);
    }
  };
  await Promise.all(Array.from({ length: 32 }, work));
}
