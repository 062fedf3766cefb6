import { describe, expect, it } from "vitest";
import { createLogSource } from "#clients/cli/export/log-source.ts";
import { createConnection } from "#clients/client/http/connection.ts";
import { appendLeaves } from "#shared/ledger/merkle/frontier.ts";
import { createFakeApi, jsonResponse, rejectionOf } from "#test/support/client/fake-api.ts";

const hashes = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
const tile = () => new Response(Buffer.concat(hashes));

/** A source of an API that gives these responses, one for each request, and tiles in the end. */
function connect(...responses: readonly Response[]) {
  const api = createFakeApi((_, at) => responses[at] ?? tile());
  return { api, source: createLogSource(createConnection(api.options, {}), {}) };
}

describe("readFrontier", () => {
  it("requests a tile again after 429 and 503, when Retry-After states", async () => {
    const { api, source } = connect(
      jsonResponse({}, 429, { "retry-after": "7" }),
      jsonResponse({}, 503, { "retry-after": "2" }),
    );
    expect(await source.readFrontier(3, 3)).toEqual(appendLeaves([], 0, hashes));
    expect(api.sleeps).toEqual([7_500, 2_500]);
    expect(new Set(api.requests.map(({ url }) => url.pathname)).size).toBe(1);
  });

  it("fails without another request when the API has no such tile", async () => {
    const { api, source } = connect(jsonResponse({ message: "No such tile." }, 404));
    expect(await rejectionOf(source.readFrontier(3, 3))).toMatchObject({ code: "not_found", status: 404 });
    expect(api.requests).toHaveLength(1);
  });
});
