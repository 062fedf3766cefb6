import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFinzbooksClient } from "#clients/client/client.ts";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import type { Method } from "#clients/client/http/request.ts";
import { parseRetryDelay } from "#clients/client/http/retry-after.ts";
import { getRetryDelay } from "#clients/client/http/retry-policy.ts";
import { createFakeApi, fakeStart, jsonResponse, rejectionOf } from "#test/support/client/fake-api.ts";

const whoami = { code: 0, message: "success", token: { token_id: "tok_1" } };
const busy = (headers: Record<string, string> = {}) => jsonResponse({ code: "service.unavailable" }, 503, headers);

/** A client whose API gives these responses, one for each request; a thrown error is one of the network. */
function connect(...responses: (() => Response)[]) {
  const api = createFakeApi((_, at) => responses[at]?.() ?? jsonResponse(whoami));
  return { api, client: createFinzbooksClient({ ...api.options, token: "secret" }) };
}

const networkError = () => {
  throw new TypeError("fetch failed");
};

describe("a request that reads", () => {
  it("is repeated when the API is unavailable, after random waits up to a doubling limit", async () => {
    const { api, client } = connect(busy, networkError, () => jsonResponse({}, 502));
    expect(await client.whoami()).toEqual({ token_id: "tok_1" });
    expect(api.sleeps).toEqual([250, 500, 1_000]);
    expect(api.retries.map(({ retry, error }) => [retry, error.code])).toEqual([
      [1, "unavailable"],
      [2, "network"],
      [3, "unavailable"],
    ]);
  });

  it("fails with the last error when maxRetries is reached", async () => {
    const { api, client } = connect(busy, busy, busy, busy, busy);
    expect(await rejectionOf(client.whoami())).toMatchObject({ code: "unavailable", status: 503 });
    expect(api.requests).toHaveLength(4);
  });

  it("is not repeated when the API refuses it", async () => {
    for (const status of [400, 401, 403, 404, 500]) {
      const { api, client } = connect(() => jsonResponse({}, status));
      expect(await rejectionOf(client.whoami())).toMatchObject({ status });
      expect(api.requests).toHaveLength(1);
    }
  });

  it("waits as long as Retry-After states, and up to a second longer", async () => {
    const { api, client } = connect(() => busy({ "retry-after": "7" }));
    await client.whoami();
    expect(api.sleeps).toEqual([7_500]);
  });

  it("is not repeated when Retry-After is longer than a minute", async () => {
    const { api, client } = connect(() => busy({ "retry-after": "61" }));
    expect(await rejectionOf(client.whoami())).toMatchObject({ retryAfterMs: 61_000 });
    expect(api.sleeps).toEqual([]);
  });
});

describe("a request that changes something", () => {
  const created = () => jsonResponse({ endpoint: { endpoint_id: "wh_1" } }, 201);
  const settings = { url: "https://example.com", events: ["*"] };

  it("is repeated after 429", async () => {
    const { api, client } = connect(
      () => jsonResponse({}, 429),
      () => jsonResponse({}, 429, { "retry-after": "2" }),
      created,
    );
    expect(await client.webhooks.endpoints.create(settings)).toEqual({ endpoint_id: "wh_1" });
    expect(api.sleeps).toEqual([250, 2_500]);
  });

  it("is not repeated when it may have been handled", async () => {
    for (const [response, code] of [
      [busy, "unavailable"],
      // The store may have failed after the change was written.
      [() => busy({ "retry-after": "2" }), "unavailable"],
      [networkError, "network"],
      [() => jsonResponse({}, 502, { "retry-after": "1" }), "unavailable"],
    ] as const) {
      const { api, client } = connect(response);
      expect(await rejectionOf(client.webhooks.endpoints.create(settings))).toMatchObject({ code });
      expect(api.requests).toHaveLength(1);
    }
  });
});

describe("getRetryDelay", () => {
  const anError = fc
    .record({
      status: fc.constantFrom(429, 500, 502, 503, 504, null),
      retryAfterMs: fc.option(fc.nat(200_000)),
      code: fc.constantFrom("rate_limited", "unavailable", "network", "timeout", "internal", "conflict"),
    })
    .map(
      ({ status, code, ...context }) =>
        new ActivityLogError(code, "", status === null ? context : { ...context, status }),
    );
  const methods = fc.constantFrom<Method>("GET", "POST", "PATCH", "DELETE");

  it("is never longer than a minute and a second, and never shorter than the API states", () => {
    fc.assert(
      fc.property(
        methods,
        anError,
        fc.nat(20),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (method, error, retries, random) => {
          const delay = getRetryDelay({ method }, error, { retries, random });
          if (delay === null) return;
          expect(delay).toBeGreaterThanOrEqual(error.retryAfterMs ?? 0);
          expect(delay).toBeLessThanOrEqual(61_000);
        },
      ),
    );
  });

  it("is null for all errors but 429 unless the request reads or is repeatable", () => {
    fc.assert(
      fc.property(fc.constantFrom<Method>("POST", "PATCH", "DELETE"), anError, (method, error) => {
        const attempt = { retries: 0, random: 0 };
        if (error.code !== "rate_limited") expect(getRetryDelay({ method }, error, attempt)).toBeNull();
        const ofRead = getRetryDelay({ method: "GET" }, error, attempt);
        expect(getRetryDelay({ method, isRepeatable: true }, error, attempt)).toBe(ofRead);
      }),
    );
  });
});

describe("parseRetryDelay", () => {
  const delayOf = (headers: Record<string, string>, status = 429) =>
    parseRetryDelay(status, new Headers(headers), fakeStart);

  it.each([
    [{ "retry-after": "17" }, 17_000],
    [{ "retry-after": "Mon, 11 May 2026 08:30:40 GMT" }, 40_000],
    [{ "retry-after": "Mon, 11 May 2026 08:29:00 GMT" }, 0],
    [{ "retry-after": "-1" }, null],
    [{ "retry-after": "soon" }, null],
    [{ "x-ratelimit": "default;r=0;t=12" }, 12_000],
    [{ "x-ratelimit-reset": String(fakeStart.getTime() / 1_000 + 5) }, 5_000],
    [{ "retry-after": "3", "x-ratelimit": "default;r=0;t=12" }, 3_000],
    [{}, null],
  ])("reads %j as %s", (headers, delay) => {
    expect(delayOf(headers)).toBe(delay);
  });

  it("uses the rate limit headers only for 429", () => {
    expect(delayOf({ "x-ratelimit": "default;r=10;t=12" }, 503)).toBeNull();
  });
});

describe("a signal", () => {
  it("ends the wait for a retry with its reason", async () => {
    const { api, client } = connect(busy);
    const controller = new AbortController();
    const sleep = () => {
      controller.abort(new Error("enough"));
      return api.options.sleep?.(0, controller.signal) ?? Promise.resolve();
    };
    const aborting = createFinzbooksClient({ ...api.options, sleep, token: "secret" });
    expect(await rejectionOf(aborting.whoami({ signal: controller.signal }))).toEqual(new Error("enough"));
    expect(api.requests).toHaveLength(1);
    expect(await rejectionOf(client.whoami({ signal: controller.signal }))).toEqual(new Error("enough"));
  });

  it("ends the wait when it is aborted by onRetry", async () => {
    const { sleep: _, ...options } = connect(() => busy({ "retry-after": "60" })).api.options;
    const controller = new AbortController();
    const onRetry = () => controller.abort(new Error("enough"));
    const client = createFinzbooksClient({ ...options, token: "secret", onRetry });
    expect(await rejectionOf(client.whoami({ signal: controller.signal }))).toEqual(new Error("enough"));
  });

  it("ends a real wait of a minute immediately", async () => {
    const { sleep: _, ...options } = connect(() => busy({ "retry-after": "60" })).api.options;
    const controller = new AbortController();
    const onRetry = () => void setTimeout(() => controller.abort(new Error("enough")), 1);
    const client = createFinzbooksClient({ ...options, token: "secret", onRetry });
    expect(await rejectionOf(client.whoami({ signal: controller.signal }))).toEqual(new Error("enough"));
  });
});

describe("timeoutMs", () => {
  it("ends a request without a response with the code timeout, and it is repeated", async () => {
    let calls = 0;
    const api = createFakeApi(() => jsonResponse(whoami));
    const hangs: typeof fetch = (input, init) => {
      calls += 1;
      if (calls > 1) return api.options.fetch?.(input, init) ?? Promise.reject();
      return new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
    };
    const client = createFinzbooksClient({ ...api.options, token: "secret", fetch: hangs, timeoutMs: 1 });
    await client.whoami();
    expect(api.retries.map(({ error }) => error.code)).toEqual(["timeout"]);
  });
});
