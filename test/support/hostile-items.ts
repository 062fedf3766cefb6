import { DamagedItemError } from "../../shared/events/damaged-item.ts";
import { parseEventItem, type StoredItem } from "../../shared/store/parse-event-item.ts";

/** About the most that DynamoDB takes in one item (400 KB), each character of which takes six bytes in JSON. */
export const largestItem = "\u0001".repeat(390_000);

/** Why an item is refused; throws if it is an event. */
export function refusalOfItem(item: StoredItem): string {
  try {
    parseEventItem(item);
  } catch (error) {
    if (error instanceof DamagedItemError) return error.message;
    throw error;
  }
  throw new Error("The item is an event.");
}
