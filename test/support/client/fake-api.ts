import type { ConnectionOptions, Retry } from "#clients/client/http/connection.ts";

/** A request that a client has sent. */
export type SentRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: unknown;
};

export type FakeApi = {
  /** Options that connect a client. Its clock stands still, except that `sleep` advances it. */
  readonly options: ConnectionOptions;
  readonly requests: SentRequest[];
  /** The waits before retries, in milliseconds. */
  readonly sleeps: number[];
  readonly retries: Retry[];
  /** Lets time pass. */
  advance(ms: number): void;
};

export const fakeStart = new Date("2026-05-11T08:30:00Z");

/** Creates an API that responds by a function, in the memory of the test. `random` is always 0.5. */
export function createFakeApi(respond: (request: SentRequest, at: number) => Response | Promise<Response>): FakeApi {
  const requests: SentRequest[] = [];
  const sleeps: number[] = [];
  const retries: Retry[] = [];
  let now = fakeStart.getTime();
  const options: ConnectionOptions = {
    baseUrl: "https://activity.example.com",
    now: () => new Date(now),
    random: () => 0.5,
    onRetry: (retry) => retries.push(retry),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      now += ms;
    },
    async fetch(input, init) {
      const { method, url, headers, body } = new Request(input, init);
      const text = body === null ? "" : await new Response(body).text();
      const request = { method, url: new URL(url), headers, body: text === "" ? null : JSON.parse(text) };
      requests.push(request);
      init?.signal?.throwIfAborted();
      return respond(request, requests.length - 1);
    },
  };
  return {
    options,
    requests,
    sleeps,
    retries,
    advance(ms) {
      now += ms;
    },
  };
}

/** Returns a response with a JSON body. */
export function jsonResponse(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

/** Returns the error that a promise rejects with. Throws if it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  if (outcome?.status === "rejected") return outcome.reason;
  throw new Error("Expected a rejection.");
}
