import type { ActivityParams, FinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { type DocumentEvent, parseDocumentEvent } from "./history/document-event.ts";

/** The events of a document that have been loaded, oldest first. */
export type LoadedEvents = { readonly events: readonly DocumentEvent[]; readonly isComplete: boolean };

export type DocumentName = { readonly type: string; readonly id: string };

/** The largest page of the API. */
const pageSize = 500;

/** Loads the events of a document from the newest to the oldest, and returns all that are there after each page. */
export async function* loadEvents(
  client: Pick<FinzbooksClient, "activity">,
  { type, id }: DocumentName,
  signal: AbortSignal,
): AsyncGenerator<LoadedEvents, void, undefined> {
  const entity_type = documentTypes.find((name) => name === type);
  if (entity_type === undefined) return yield { events: [], isComplete: true };
  const include: ActivityParams["include"] = ["actor", "text"];
  let next: ActivityParams | null = { entity_type, entity_id: id, limit: pageSize, include };
  let events: readonly DocumentEvent[] = [];
  while (next !== null) {
    const page: Awaited<ReturnType<typeof client.activity.list>> = await client.activity.list(next, { signal });
    const older = page.items.map(parseDocumentEvent).filter((event) => event !== null);
    events = [...older.reverse(), ...events];
    next = page.next;
    yield { events, isComplete: next === null };
  }
}
