import type { Schemas } from "#clients/client/openapi-types.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";

type Delivery = Schemas["WebhookDelivery"];

/** A page of the deliveries to one endpoint, newest first. `next` is where the next page starts, `null` at the end. */
export type DeliveryPage = { readonly items: readonly Delivery[]; readonly next: string | null };

export type FetchDeliveries = (endpointId: string, cursor: string | null, signal: AbortSignal) => Promise<DeliveryPage>;

type Source = { readonly endpointId: string; readonly waiting: readonly Delivery[]; readonly next: string | null };

/** The deliveries to several endpoints that were read, of which `shown` are in order. */
export type DeliveryFeed = {
  readonly shown: readonly Delivery[];
  readonly hasMore: boolean;
  readonly sources: readonly Source[];
};

/** Requests that run at the same time: an organisation can have fifty endpoints. */
const maxConcurrent = 4;

/** Reads the first pages of all endpoints, and merges them. Rejects with the first error. */
export async function openDeliveryFeed(
  endpointIds: readonly string[],
  fetchPage: FetchDeliveries,
  signal: AbortSignal,
): Promise<DeliveryFeed> {
  const sources = await mapWithConcurrency(endpointIds, maxConcurrent, (endpointId) =>
    readPage(endpointId, [], null, fetchPage, signal),
  );
  return merge([], sources);
}

/** Reads the next page of each endpoint whose deliveries are all shown, and merges it. */
export async function readMore(
  { shown, sources }: DeliveryFeed,
  fetchPage: FetchDeliveries,
  signal: AbortSignal,
): Promise<DeliveryFeed> {
  const read = await mapWithConcurrency(sources, maxConcurrent, async (source) => {
    const { endpointId, waiting, next } = source;
    return isExhausted(source) ? readPage(endpointId, waiting, next, fetchPage, signal) : source;
  });
  return merge(shown, read);
}

async function readPage(
  endpointId: string,
  waiting: readonly Delivery[],
  cursor: string | null,
  fetchPage: FetchDeliveries,
  signal: AbortSignal,
): Promise<Source> {
  const { items, next } = await fetchPage(endpointId, cursor, signal);
  return { endpointId, waiting: [...waiting, ...items], next };
}

/** Shows deliveries from newest to oldest, as far as no unread page can have a newer one. */
function merge(shown: readonly Delivery[], sources: readonly Source[]): DeliveryFeed {
  const queues = sources.map(({ waiting }) => [...waiting]);
  const merged = [...shown];
  const canContinue = () => sources.every(({ next }, at) => next === null || queues[at]?.length !== 0);
  while (canContinue()) {
    const newest = queues.reduce<Delivery[] | null>(
      (best, queue) => (isNewer(queue[0], best?.[0]) ? queue : best),
      null,
    );
    const delivery = newest?.shift();
    if (delivery === undefined) break;
    merged.push(delivery);
  }
  const rest = sources.map((source, at) => ({ ...source, waiting: queues[at] ?? [] }));
  return {
    shown: merged,
    hasMore: rest.some(({ next, waiting }) => next !== null || waiting.length > 0),
    sources: rest,
  };
}

/** Ids begin with the time of the event, so that their order is that of the lists. */
function isNewer(left: Delivery | undefined, right: Delivery | undefined): boolean {
  return left !== undefined && (right === undefined || left.delivery_id > right.delivery_id);
}

function isExhausted({ waiting, next }: Source): boolean {
  return waiting.length === 0 && next !== null;
}
