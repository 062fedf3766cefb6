import { describe, expect, it } from "vitest";
import { createFinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { type LoadedEvents, loadEvents } from "#clients/console/document/load-events.ts";
import { anApiEvent } from "#test/unit/timeline/timeline-fixtures.ts";

/** Returns a client of an API with two pages, and the addresses that it requests. */
function aClientOfTwoPages() {
  const requests: URL[] = [];
  const pages = [
    ["evt_4", "evt_3"],
    ["evt_2", "evt_1"],
  ];
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = new URL(String(input));
    requests.push(url);
    const isLast = url.searchParams.has("cursor");
    const activity = pages[isLast ? 1 : 0]?.map((event_id) => anApiEvent({ event_id }));
    const body = {
      code: 0,
      message: "success",
      activity,
      page_context: { limit: 500, returned: 2, has_more_page: !isLast },
    };
    return Response.json(body, { headers: isLast ? {} : { link: '<?cursor=next>; rel="next"' } });
  };
  const client = createFinzbooksClient({ baseUrl: "https://api.example.com", token: "aibooks_pat_x", fetch });
  return { client, requests };
}

describe("loadEvents", () => {
  it("returns all loaded events after each page, oldest first", async () => {
    const { client, requests } = aClientOfTwoPages();
    const loaded: LoadedEvents[] = [];
    const document = { type: "INVOICE", id: "inv_8c3f1a9b" };
    for await (const part of loadEvents(client, document, AbortSignal.timeout(10_000))) loaded.push(part);
    expect(loaded.map(({ events, isComplete }) => [isComplete, ...events.map(({ id }) => id)])).toEqual([
      [false, "evt_3", "evt_4"],
      [true, "evt_1", "evt_2", "evt_3", "evt_4"],
    ]);
    expect(requests.map(({ searchParams }) => searchParams.get("cursor"))).toEqual([null, "next"]);
    expect(Object.fromEntries(requests[0]?.searchParams ?? [])).toEqual({
      entity_type: "INVOICE",
      entity_id: "inv_8c3f1a9b",
      limit: "500",
      include: "actor,text",
    });
  });

  it("requests nothing for an unknown type", async () => {
    const { client, requests } = aClientOfTwoPages();
    const loaded: LoadedEvents[] = [];
    const document = { type: "TEAPOT", id: "1" };
    for await (const part of loadEvents(client, document, AbortSignal.timeout(10_000))) loaded.push(part);
    expect(loaded).toEqual([{ events: [], isComplete: true }]);
    expect(requests).toEqual([]);
  });
});
