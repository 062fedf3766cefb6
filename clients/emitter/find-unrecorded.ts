import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { type DocumentState, isAsNew, type ListedEvent, timeOf, versionOf } from "./document-state.ts";

export type { DocumentState, ListedEvent };

export type ActivityListParams = {
  readonly entity_type?: string;
  readonly entity_id?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly cursor?: string;
};

/** The list of an organisation's events, newest first: `activity` of the client of `@activity-log/client`. */
export type ActivityList = {
  list(params?: ActivityListParams): Promise<{
    readonly items: readonly ListedEvent[];
    readonly next: ActivityListParams | null;
  }>;
};

export type ReconcileOptions = {
  readonly activity: ActivityList;
  /** How much earlier than `updated_at` the event of a change may have occurred. Default a minute. */
  readonly toleranceMs?: number;
};

/** A document whose last change has no event. */
export type UnrecordedDocument<D extends DocumentState = DocumentState> = {
  readonly document: D;
  readonly reason: "no_event" | "older_event";
  /** The newest event of the document, or the newest one with a version if the document has one. */
  readonly newest: { readonly event_id: string; readonly occurred_at: string; readonly version: string | null } | null;
};

/** Documents that are held in memory at the same time. */
const batchSize = 500;

const pageSize = 500;

/** Documents that one page of a range must be expected to settle, so that ranges with other events cost little. */
const documentsPerPage = 50;

const concurrentLookups = 4;

const defaultToleranceMs = 60_000;

/**
 * Yields the documents whose last change has no event, in their order. Holds 500 documents in memory. Documents in the order
 * of `updated_at` take one request for hundreds of them, others one for each. Waits as the client does when the rate limit
 * is reached. Throws `ActivityLogError`.
 *
 * @example
 * const { activity } = createFinzbooksClient({ baseUrl, token });
 * for await (const { document, reason } of findUnrecorded(exportInvoices(), { activity })) console.log(reason, document);
 */
export async function* findUnrecorded<D extends DocumentState>(
  documents: AsyncIterable<D> | Iterable<D>,
  { activity, toleranceMs = defaultToleranceMs }: ReconcileOptions,
): AsyncGenerator<UnrecordedDocument<D>, void, undefined> {
  for await (const batch of toBatches(documents)) {
    const recorded = await findRecorded(activity, batch, toleranceMs);
    const open = batch.filter((document) => !recorded.has(document));
    const lookUp = (document: D) => findNewest(activity, document, toleranceMs);
    const results = await mapWithConcurrency(open, concurrentLookups, lookUp);
    for (const result of results) if (result !== null) yield result;
  }
}

async function* toBatches<D>(documents: AsyncIterable<D> | Iterable<D>): AsyncGenerator<D[]> {
  let batch: D[] = [];
  for await (const document of documents) {
    batch.push(document);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Lists the events of the time in which the documents were changed, and returns the documents that have one. */
async function findRecorded<D extends DocumentState>(
  activity: ActivityList,
  batch: readonly D[],
  toleranceMs: number,
): Promise<ReadonlySet<D>> {
  const recorded = new Set<D>();
  const times = batch.flatMap((document) => timeOf(document) ?? []);
  const maxPages = Math.floor(times.length / documentsPerPage);
  if (maxPages === 0) return recorded;
  const byId = Map.groupBy(batch, ({ entity_id }) => entity_id);
  let params: ActivityListParams | null = {
    since: new Date(Math.min(...times) - toleranceMs).toISOString(),
    until: new Date(Math.max(...times) + toleranceMs).toISOString(),
    limit: pageSize,
  };
  for (let pages = 0; pages < maxPages && params !== null && recorded.size < batch.length; pages++) {
    const page: Awaited<ReturnType<ActivityList["list"]>> = await activity.list(params);
    for (const event of page.items) {
      for (const document of byId.get(event.entity_id) ?? []) {
        if (event.entity_type === document.entity_type && isAsNew(event, document, toleranceMs)) recorded.add(document);
      }
    }
    params = page.next;
  }
  return recorded;
}

/** The newest event decides; of a document with a version, the newest one that has a version. */
async function findNewest<D extends DocumentState>(
  activity: ActivityList,
  document: D,
  toleranceMs: number,
): Promise<UnrecordedDocument<D> | null> {
  const { entity_type, entity_id, version } = document;
  const hasVersion = version !== undefined && version !== null;
  let params: ActivityListParams | null = { entity_type, entity_id, limit: hasVersion ? 50 : 1 };
  let newest: UnrecordedDocument["newest"] = null;
  while (params !== null) {
    const page: Awaited<ReturnType<ActivityList["list"]>> = await activity.list(params);
    const event = page.items.find((one) => !hasVersion || versionOf(one) !== null) ?? null;
    if (event !== null && isAsNew(event, document, toleranceMs)) return null;
    const shown = event ?? page.items[0] ?? null;
    if (shown !== null && (newest === null || event !== null)) newest = toNewest(shown);
    params = event === null ? page.next : null;
  }
  return { document, reason: newest === null ? "no_event" : "older_event", newest };
}

function toNewest(event: ListedEvent): UnrecordedDocument["newest"] {
  return { event_id: event.event_id, occurred_at: event.occurred_at, version: versionOf(event) };
}
