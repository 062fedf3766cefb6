import { visibleEntityTypes } from "#shared/api/fakturoid/mapping.ts";
import { ActivityError } from "#shared/errors.ts";
import { listEvents } from "#shared/events/query/list-events.ts";
import { type EventQuery, type EventReader, noFilter } from "#shared/events/query/query.ts";
import { ExpiringCache } from "#shared/platform/cache.ts";
import { isDerivedId, toNumericId } from "./numeric-id.ts";

/** Maximum events that each of the two searches for a subject reads. */
export const subjectSearchLimit = 10_000;

/** DynamoDB usually returns as many in one call. */
const searchPageSize = 500;

const memoryCapacity = 1_000;
const memoryMs = 3_600_000;

type SubjectQuery = {
  readonly org_id: string;
  /** Value of the parameter `subject_id`. */
  readonly subjectId: string;
  /** Earlier events are not listed, so they are not searched either. */
  readonly since: string | null;
};

/**
 * Finds the contact of a `subject_id`. The index of contacts has ids as they are stored, and a derived number cannot be
 * converted back. So it searches the newest events for a contact with this number, then the events of contacts. Results
 * never change; they are kept for an hour.
 */
export class SubjectLookup {
  readonly #known = new ExpiringCache<string>(memoryCapacity);
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Returns the stored id of the contact, or `subjectId` itself if no event since `since` has a contact with this number.
   * Throws `ActivityError` `too_broad` if more events would have to be searched.
   */
  async find(reader: EventReader, query: SubjectQuery): Promise<string> {
    const { org_id, subjectId } = query;
    if (!isDerivedId(subjectId)) return subjectId;
    const key = `${org_id} ${subjectId}`;
    const known = this.#known.get(key, this.#now());
    if (known !== null) return known;
    const found = (await isStored(reader, query)) ? subjectId : await search(reader, query);
    if (found === null) return subjectId;
    const now = this.#now();
    this.#known.set(key, found, now.getTime() + memoryMs, now);
    return found;
  }
}

function toSubjectQuery({ org_id, since }: SubjectQuery): Omit<EventQuery, "limit" | "after"> {
  return {
    ...noFilter,
    org_id,
    since,
    visibleEntityTypes,
    projection: ["contact_id"],
  };
}

/** Whether a contact has this number as its stored id. */
async function isStored(reader: EventReader, query: SubjectQuery): Promise<boolean> {
  const own = { ...toSubjectQuery(query), contact_id: query.subjectId, limit: 1, after: null };
  const { events } = await listEvents(reader, own);
  return events.some(({ contact_id }) => contact_id === query.subjectId);
}

/** Returns `null` if no event since `since` has a contact with this number. Throws `too_broad`. */
async function search(reader: EventReader, query: SubjectQuery): Promise<string | null> {
  const newest = await searchWithin(reader, toSubjectQuery(query), Number(query.subjectId));
  if (newest.id !== null || newest.isComplete) return newest.id;
  const contacts = await searchWithin(
    reader,
    { ...toSubjectQuery(query), entity_type: "CONTACT" },
    Number(query.subjectId),
  );
  if (contacts.id !== null) return contacts.id;
  throw subjectNotFound(query.subjectId);
}

/** Returns the error for a number that the searched events do not have. */
export function subjectNotFound(subjectId: string): ActivityError {
  const message = `Subject ${subjectId} not found in the newest ${subjectSearchLimit} events. Send its custom_id, or add since.`;
  return new ActivityError("too_broad", message, { field: "subject_id" });
}

async function searchWithin(
  reader: EventReader,
  query: Omit<EventQuery, "limit" | "after">,
  number: number,
): Promise<{ readonly id: string | null; readonly isComplete: boolean }> {
  let after: EventQuery["after"] = null;
  for (let read = 0; read < subjectSearchLimit; read += searchPageSize) {
    const page = await listEvents(reader, { ...query, after, limit: searchPageSize });
    const found = page.events.find(({ contact_id }) => contact_id !== null && toNumericId(contact_id).id === number);
    if (found !== undefined) return { id: found.contact_id, isComplete: true };
    if (page.next === null) return { id: null, isComplete: true };
    after = page.next;
  }
  return { id: null, isComplete: false };
}
