import { type ActivityEvent, ActivityLogError, type FinzbooksClient, type Page } from "@activity-log/client";

/** For this long a page is shown without a request: however many visitors it has, it costs 30 requests a minute. */
const freshMs = 2_000;
const maxCachedPages = 1_000;

type CachedPage = { readonly page: Page<ActivityEvent, { readonly cursor?: string }>; readonly readAt: number };

/** A page of a timeline. It is stale if the log could not be read since. */
export type TimelinePage = CachedPage & { readonly isStale: boolean };

/** Creates a reader of the timelines of invoices, with a cache of pages. `now` returns the time in Unix milliseconds. */
export function createTimelines(client: FinzbooksClient, now: () => number) {
  const cache = new Map<string, CachedPage>();

  /** Returns a page: the newest one without a cursor. Throws `ActivityLogError` if the log cannot be read. */
  return async function getPage(invoiceId: string, cursor: string | null): Promise<TimelinePage> {
    const key = JSON.stringify([invoiceId, cursor]);
    const cached = cache.get(key) ?? null;
    if (cached !== null && now() < cached.readAt + freshMs) return { ...cached, isStale: false };
    const params = { limit: 20, include: ["actor", "text"], ...(cursor !== null && { cursor }) } as const;
    try {
      const ifNoneMatch = cached?.page.etag ?? null;
      // The result is `null` after a 304: the log has found the page unchanged, and does not send it again.
      const page = (await client.timeline("invoices", invoiceId).list(params, { ifNoneMatch })) ?? cached?.page;
      if (page === undefined) throw new Error("A request without a condition was responded to with 304.");
      if (cache.size >= maxCachedPages) cache.clear();
      const current = { page, readAt: now() };
      cache.set(key, current);
      return { ...current, isStale: false };
    } catch (error) {
      if (cached === null || !isTemporary(error)) throw error;
      return { ...cached, isStale: true };
    }
  };
}

/** Whether a later request may succeed. A revoked token is not temporary: its pages must not be shown any longer. */
export function isTemporary(error: unknown): error is ActivityLogError {
  const codes = ["rate_limited", "unavailable", "internal", "network", "timeout", "invalid_response"];
  return error instanceof ActivityLogError && codes.includes(error.code);
}
