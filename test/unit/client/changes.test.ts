import { describe, expect, it } from "vitest";
import { createFinzbooksClient } from "#clients/client/client.ts";
import { createFakeApi, jsonResponse, rejectionOf } from "#test/support/client/fake-api.ts";

type Responder = Parameters<typeof createFakeApi>[0];

const change = (sequence: number) => ({
  sequence,
  sealed_at: "2026-05-11T08:30:12.204Z",
  activity: null,
  reason: "hidden",
});

/** A log of changes; `pageSize` of them in a page. */
function logOf(log: { latest: number }, pageSize = 2): Responder {
  return ({ url }) => {
    const after = Number(url.searchParams.get("after"));
    const count = Math.max(0, Math.min(pageSize, log.latest - after));
    const changes = Array.from({ length: count }, (_, at) => change(after + 1 + at));
    const page_context = {
      after,
      returned: count,
      latest_sequence: log.latest,
      has_more_page: after + count < log.latest,
    };
    return jsonResponse({ code: 0, message: "success", changes, page_context });
  };
}

function clientOf(respond: Responder) {
  const api = createFakeApi(respond);
  return { ...api, client: createFinzbooksClient({ ...api.options, token: "secret" }) };
}

describe("client.changes", () => {
  it("iterates over all pages from the first change after a sequence to the last", async () => {
    const { client, requests } = clientOf(logOf({ latest: 7 }));
    const sequences = [];
    for await (const { sequence } of client.changes({ after: 2, limit: 2 })) sequences.push(sequence);
    expect(sequences).toEqual([3, 4, 5, 6, 7]);
    expect(requests.map(({ url }) => url.search)).toEqual(["?limit=2&after=2", "?limit=2&after=4", "?limit=2&after=6"]);
  });

  it("waits for further changes with wait, until it is ended", async () => {
    const log = { latest: 1 };
    const api = clientOf((request, at) => {
      if (at === 2) log.latest = 3;
      return logOf(log)(request, at);
    });
    const sequences = [];
    for await (const { sequence } of api.client.changes({ wait: 20 })) {
      sequences.push(sequence);
      if (sequence === 3) break;
    }
    expect(sequences).toEqual([1, 2, 3]);
    expect(api.requests.map(({ url }) => url.search)).toEqual([
      "?after=0&wait=20",
      "?after=1&wait=20",
      "?after=1&wait=20",
    ]);
  });

  it("pauses for the rest of a second when the API does not wait", async () => {
    const log = { latest: 0 };
    const api = clientOf((request, at) => {
      if (at === 3) log.latest = 1;
      return logOf(log)(request, at);
    });
    for await (const _ of api.client.changes({ wait: 5 })) break;
    expect(api.sleeps).toEqual([1_000, 1_000, 1_000]);
  });

  it.each([
    ["skips a number", [3, 5]],
    ["begins too late", [4]],
    ["repeats a number", [2, 3]],
  ])("throws and yields nothing after the gap when a page %s", async (_, sequences) => {
    const page_context = { after: 2, returned: 2, latest_sequence: 5, has_more_page: false };
    const { client } = clientOf(() => jsonResponse({ changes: sequences.map(change), page_context }));
    const seen: number[] = [];
    const iterate = async () => {
      for await (const { sequence } of client.changes({ after: 2 })) seen.push(sequence);
    };
    expect(await rejectionOf(iterate())).toMatchObject({ code: "invalid_response", message: /sequence \d/ });
    expect(seen).toEqual([3].filter((sequence) => sequences[0] === sequence));
  });

  it("repeats a request after a transient error, and continues without a gap", async () => {
    const failing = new Set([1, 2]);
    const api = clientOf((request, at) =>
      failing.has(at)
        ? jsonResponse({ code: "service.unavailable", message: "" }, 503)
        : logOf({ latest: 4 })(request, at),
    );
    const sequences = [];
    for await (const { sequence } of api.client.changes()) sequences.push(sequence);
    expect(sequences).toEqual([1, 2, 3, 4]);
    expect(api.retries).toHaveLength(2);
  });

  it("ends with the reason of the signal", async () => {
    const controller = new AbortController();
    const { client } = clientOf(logOf({ latest: 4 }));
    const iterate = async () => {
      for await (const { sequence } of client.changes({ wait: 20 }, { signal: controller.signal })) {
        if (sequence === 3) controller.abort(new Error("stopped"));
      }
    };
    expect(await rejectionOf(iterate())).toMatchObject({ message: "stopped" });
  });
});
