import { type ActivityEvent, ActivityLogError, type FinzbooksClient, type Page } from "@activity-log/client";

/** A page is requested once in this time, however many visitors it has, and also while the log cannot be read. */
const freshMs = 2_000;
const maxCachedPages = 1_000;

/** A page of a timeline. It is stale if the log could not be read since. */
export type TimelinePage = {
  readonly page: Page<ActivityEvent, { readonly cursor?: string }>;
  readonly readAt: number;
  readonly isStale: boolean;
};

/** Creates a reader of the timelines of invoices, with a cache of pages. `now` returns the time in Unix milliseconds. */
export function createTimelines(client: FinzbooksClient, now: () => number) {
  const cache = new Map<string, { readonly result: Promise<TimelinePage>; readonly requestedAt: number }>();

  /** Returns a page: the newest one without a cursor. Throws `ActivityLogError` if the log cannot be read. */
  return function getPage(invoiceId: string, cursor: string | null): Promise<TimelinePage> {
    const key = JSON.stringify([invoiceId, cursor]);
    const cached = cache.get(key);
    if (cached !== undefined && now() < cached.requestedAt + freshMs) return cached.result;
    if (cache.size >= maxCachedPages) cache.clear();
    const result = readPage(invoiceId, cursor, cached?.result);
    cache.set(key, { result, requestedAt: now() });
    return result;
  };

  async function readPage(invoiceId: string, cursor: string | null, earlier?: Promise<TimelinePage>) {
    const known = (await earlier?.catch(() => null)) ?? null;
    const params = { limit: 20, include: ["actor", "text"], ...(cursor !== null && { cursor }) } as const;
    const ifNoneMatch = known?.page.etag ?? null;
    try {
      // The result is `null` after a 304: the log has found the page unchanged, and does not send it again.
      const page = (await client.timeline("invoices", invoiceId).list(params, { ifNoneMatch })) ?? known?.page;
      if (page === undefined) throw new Error("A request without a condition was responded to with 304.");
      return { page, readAt: now(), isStale: false };
    } catch (error) {
      if (known === null || !isTemporary(error)) throw error;
      return { ...known, isStale: true };
    }
  }
}

/** Whether a later request may succeed. A revoked token is not temporary: its pages must not be shown any longer. */
export function isTemporary(error: unknown): error is ActivityLogError {
  const codes = ["rate_limited", "unavailable", "internal", "network", "timeout", "invalid_response"];
  return error instanceof ActivityLogError && codes.includes(error.code);
}
