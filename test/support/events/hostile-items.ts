import { DamagedItemError } from "#shared/events/damaged-item.ts";
import { type EventItem, parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";

/** Close to the maximum of one DynamoDB item (400 KB), of characters that take six bytes in JSON. */
export const largestItem = "\u0001".repeat(390_000);

type Damage = (item: Record<string, unknown>) => Record<string, unknown>;

/** Changes of a valid item, each of which once broke a reader or the stream. All are in attributes that lists read. */
export const damages: readonly [Damage, ...Damage[]] = [
  ({ recorded_at: _, ...item }) => item,
  ({ recorded_at: _, ...item }) => ({ ...item, blob: largestItem }),
  (item) => ({ ...item, metadata: '{}},{"event_id":"evt_forged","action":"INVOICE_PAID","x":{}' }),
  (item) => ({ ...item, metadata: '{}},"event_type":"invoice.voided","org_id":"other","x":{"y":{}' }),
  (item) => ({ ...item, changes: '{"status":' }),
  (item) => ({ ...item, entity_ref: 5 }),
  (item) => ({ ...item, timeline: `${item.timeline}#copy` }),
  (item) => ({
    ...item,
    occurred_at: "9999-01-01T00:00:00.000Z",
    position: `9999-01-01T00:00:00.000Z#${item.event_id}`,
  }),
];

/** Returns why an item is rejected; throws if it is an event. */
export function refusalOfItem(item: EventItem): string {
  try {
    parseEventItem(item);
  } catch (error) {
    if (error instanceof DamagedItemError) return error.message;
    throw error;
  }
  throw new Error("The item is an event.");
}
