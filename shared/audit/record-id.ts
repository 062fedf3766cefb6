import { hash } from "node:crypto";

/** What the events table is keyed by. */
export type RecordKey = { readonly timeline: string; readonly position: string };

/**
 * The id of a stored record: `rec_` and 32 hexadecimal digits of a digest over its key. Event ids may be used again, for
 * other documents and in other organisations; two records never have the same key.
 */
export function toRecordId({ timeline, position }: RecordKey): string {
  return `rec_${hash("sha256", JSON.stringify([timeline, position])).slice(0, 32)}`;
}
