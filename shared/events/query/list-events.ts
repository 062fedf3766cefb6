import type { EventPage, EventQuery, EventReader } from "./query.ts";

/**
 * Returns a page of an organisation's events, newest first. A range that ends before it begins is empty, without a
 * read.
 */
export async function listEvents(reader: EventReader, query: EventQuery): Promise<EventPage> {
  if (query.since !== null && query.until !== null && query.since > query.until) return { events: [], next: null };
  return reader.readPage(query);
}
