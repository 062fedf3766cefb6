import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { pauseBeforeRetry, type SoakOrg } from "#test/soak/stack.ts";

const pageSchema = z.object({ activity: z.array(z.object({ event_id: z.string(), occurred_at: z.string() })) });

export type ListedEvent = z.infer<typeof pageSchema>["activity"][number];

/** Counts and problems of a reader. */
export type ReaderJournal = {
  pages: number;
  /** Responses 5xx, after which the request was retried. */
  retried: number;
  readonly problems: string[];
};

export const createReaderJournal = (): ReaderJournal => ({ pages: 0, retried: 0, problems: [] });

const maxAttempts = 100;

/** Reads all pages of an organisation, newest first, until the last one or until aborted. */
export async function* readAllPages(
  api: string,
  { org_id, token }: SoakOrg,
  limit: number,
  journal: ReaderJournal,
  signal?: AbortSignal,
): AsyncGenerator<ListedEvent[]> {
  const headers = { authorization: `Bearer ${token}`, "x-aibooks-org": org_id };
  let next: string | undefined = `${api}/api/public/v1/activity?limit=${limit}`;
  while (next !== undefined && !signal?.aborted) {
    const response = await fetchPage(next, headers, journal);
    if (response === undefined) return;
    journal.pages += 1;
    yield pageSchema.parse(await response.json()).activity;
    next = nextPage(response);
  }
}

/** Returns the URL of the next page, or `undefined`. */
export function nextPage({ headers }: Response): string | undefined {
  return /<([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
}

/** Requests a page until it succeeds, also one that exists only once the log has a checkpoint. Returns `undefined` and records a problem if no reader may get the response. */
export async function fetchPage(
  url: string,
  headers: Record<string, string>,
  journal: ReaderJournal,
): Promise<Response | undefined> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const response = await fetch(url, { headers });
    if (response.status === 200) return response;
    const text = await response.text();
    if (response.status === 429 || text.includes("not_found.not_sealed")) {
      await delay(Number(response.headers.get("retry-after") ?? 1) * 1_000);
    } else if (response.status === 500 || response.status === 503) {
      journal.retried += 1;
      await pauseBeforeRetry();
    } else {
      journal.problems.push(`${url} responded ${response.status}: ${text.slice(0, 200)}`);
      return undefined;
    }
  }
  journal.problems.push(`${url} failed ${maxAttempts} times.`);
  return undefined;
}
