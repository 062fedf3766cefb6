import { hash } from "node:crypto";

/** The key of an item in the events table. */
export type RecordKey = { readonly timeline: string; readonly position: string };

/**
 * Returns the id of a stored record: `rec_` and 32 hexadecimal digits of a digest over its key. Keys are unique, while
 * event ids may repeat for other entities and in other organisations.
 */
export function toRecordId({ timeline, position }: RecordKey): string {
  return `rec_${hash("sha256", JSON.stringify([timeline, position])).slice(0, 32)}`;
}
