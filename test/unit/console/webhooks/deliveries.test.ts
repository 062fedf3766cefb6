import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Schemas } from "#clients/client/openapi-types.ts";
import {
  type FetchDeliveries,
  openDeliveryFeed,
  readMore,
} from "#clients/console/webhooks/deliveries/delivery-feed.ts";
import {
  formatDeliveryFilters,
  parseDeliveryFilters,
  toDeliveryParams,
} from "#clients/console/webhooks/deliveries/delivery-filters.ts";
import { toDeliveryState, toFailureReason, toResult } from "#clients/console/webhooks/deliveries/delivery-status.ts";
import { toVisibleText } from "#clients/console/webhooks/deliveries/untrusted-text.ts";
import { aListedDelivery } from "#test/support/console/webhooks.ts";

type Delivery = Schemas["WebhookDelivery"];

const { signal } = new AbortController();

/** An API whose pages have this size; every other one is shorter, as those of a filtered list are. */
function apiOf(lists: ReadonlyMap<string, readonly Delivery[]>, size: number) {
  let requests = 0;
  const fetchPage: FetchDeliveries = async (endpointId, cursor) => {
    const list = lists.get(endpointId) ?? [];
    const start = Number(cursor ?? 0);
    const end = start + (requests++ % 2 === 0 ? size : size - 1);
    return { items: list.slice(start, end), next: end < list.length ? String(end) : null };
  };
  return fetchPage;
}

async function readAll(endpointIds: readonly string[], fetchPage: FetchDeliveries): Promise<readonly Delivery[]> {
  let feed = await openDeliveryFeed(endpointIds, fetchPage, signal);
  while (feed.hasMore) feed = await readMore(feed, fetchPage, signal);
  return feed.shown;
}

describe("delivery feed", () => {
  it("(property) shows the deliveries of all endpoints once each, newest first", async () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(ids, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        async (drawn, size) => {
          const lists = new Map(
            drawn.map((list, at) => {
              const deliveries = list.map((id) =>
                aListedDelivery({ delivery_id: `dlv_${id.toString(16).padStart(4, "0")}${at}` }),
              );
              return [`wh_${at}`, deliveries.sort(newestFirst)];
            }),
          );
          const shown = await readAll([...lists.keys()], apiOf(lists, size));
          expect(shown).toEqual([...lists.values()].flat().sort(newestFirst));
        },
      ),
    );
  });

  it("shows nothing that an unread page could precede", async () => {
    const at = (id: string) => aListedDelivery({ delivery_id: id });
    const lists = new Map([
      ["wh_0", [at("dlv_9"), at("dlv_8"), at("dlv_7")]],
      ["wh_1", [at("dlv_5")]],
    ]);
    const feed = await openDeliveryFeed(["wh_0", "wh_1"], apiOf(lists, 2), signal);
    expect(feed.shown.map(({ delivery_id }) => delivery_id)).toEqual(["dlv_9", "dlv_8"]);
    expect(feed.hasMore).toBe(true);
  });

  it("rejects when one of the lists cannot be read", async () => {
    const failing: FetchDeliveries = async () => Promise.reject(new Error("offline"));
    await expect(openDeliveryFeed(["wh_0"], failing, signal)).rejects.toThrow("offline");
  });
});

function newestFirst(left: Delivery, right: Delivery): number {
  return left.delivery_id < right.delivery_id ? 1 : -1;
}

describe("delivery filters", () => {
  it("are what the address had after they were formatted", () => {
    const filters = { endpoint: "wh_1", status: "failed", eventType: "invoice.sent", period: "24h" } as const;
    expect(formatDeliveryFilters(filters)).toBe("?endpoint=wh_1&status=failed&event_type=invoice.sent&period=24h");
    expect(parseDeliveryFilters(new URLSearchParams(formatDeliveryFilters(filters)))).toEqual(filters);
  });

  it("ignore a status and a period that do not exist", () => {
    const filters = parseDeliveryFilters(new URLSearchParams("status=lost&period=toString"));
    expect(filters).toEqual({ endpoint: "", status: "", eventType: "", period: "" });
    expect(formatDeliveryFilters(filters)).toBe("");
  });

  it("become parameters of the API, with the beginning of the period", () => {
    const filters = { endpoint: "wh_1", status: "", eventType: "bill.paid", period: "1h" } as const;
    expect(toDeliveryParams(filters, Date.parse("2026-06-01T12:00:00Z"))).toEqual({
      event_type: "bill.paid",
      since: "2026-06-01T11:00:00.000Z",
    });
  });
});

describe("state of a delivery", () => {
  it.each([
    ["Succeeded", { status: "succeeded", attempt_count: 1 }],
    ["Failed", { status: "failed", attempt_count: 9 }],
    ["Retrying", { status: "pending", attempt_count: 1 }],
    ["Pending", { status: "pending", attempt_count: 0 }],
  ] as const)("is %s for %j", (label, delivery) => {
    expect(toDeliveryState(delivery).label).toBe(label);
  });

  it("has a sentence for a reason, and none for a reason of a later release", () => {
    expect(toFailureReason({ reason: "test_failed" })).toBe("Tests are sent once, and are not retried.");
    expect(toFailureReason(JSON.parse('{"reason":"later"}'))).toBe("");
    expect(toFailureReason({ reason: null })).toBe("");
  });

  it("shows the status of a response before an error, and an unknown error by its name", () => {
    expect([toResult(503, null), toResult(null, "dns"), toResult(null, "later"), toResult(null, null)]).toEqual([
      "503",
      "DNS failure",
      "later",
      null,
    ]);
  });
});

describe("toVisibleText", () => {
  it("shows characters that are hidden or reorder text by their number", () => {
    expect(toVisibleText("a\u202eb\u200bc\u0000\tд\n")).toBe("a‹U+202E›b‹U+200B›c‹U+0000›\tд\n");
  });

  it("indents JSON, and leaves text that only begins like it as it is", () => {
    expect(toVisibleText('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(toVisibleText("{no json}")).toBe("{no json}");
  });

  it("cuts a huge text", () => {
    expect(toVisibleText("x".repeat(1_000_000))).toHaveLength(100_000);
  });
});
