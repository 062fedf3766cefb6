import type { ReadMeter } from "#shared/events/query/query.ts";
import type { DeliveryStore } from "./delivery.ts";

/** Read units of one delivery: a page reads several items with one unit, a status is a read of its own. */
const units = { listed: 0.25, status: 1 } as const;

/**
 * Wraps deliveries so that a meter counts the expected cost of pages and statuses: the preview of a replay reads
 * thousands of them.
 */
export function meterDeliveryReads<T extends Pick<DeliveryStore, "page" | "statuses">>(
  deliveries: T,
  meter: ReadMeter,
): T {
  return {
    ...deliveries,
    async page(query: Parameters<DeliveryStore["page"]>[0]) {
      await meter.next();
      let listed = 0;
      try {
        const page = await deliveries.page(query);
        listed = page.deliveries.length;
        return page;
      } finally {
        meter.add(units.listed * listed);
      }
    },
    async statuses(endpointId: string, deliveryIds: readonly string[]) {
      await meter.next();
      meter.add(units.status * deliveryIds.length);
      return deliveries.statuses(endpointId, deliveryIds);
    },
  };
}
