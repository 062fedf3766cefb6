import { describe, expect, expectTypeOf, it } from "vitest";
import { type ActivityLogError, createFinzbooksClient, createSimplybooksClient } from "#clients/client/client.ts";
import { createFakeApi, jsonResponse } from "#test/support/client/fake-api.ts";

// `tsc` checks this file: an `@ts-expect-error` without an error fails it.
const { options } = createFakeApi(() =>
  jsonResponse({ activity: [], endpoint: {}, page_context: { has_more_page: false } }),
);
const client = createFinzbooksClient({ ...options, token: "secret" });

describe("the types of a client", () => {
  it("know the parameters of each list", async () => {
    await client.activity.list({ entity_type: "INVOICE", limit: 50, include: ["actor"] });
    // @ts-expect-error misspelt
    await client.activity.list({ entityType: "INVOICE" });
    // @ts-expect-error not an entity type
    await client.activity.list({ entity_type: "INVOICES" });
    // @ts-expect-error a number
    await client.activity.list({ limit: "50" });
    // @ts-expect-error the path names the document
    await client.timeline("invoices", "inv_1").list({ entity_id: "inv_1" });
    // @ts-expect-error not a collection
    client.timeline("invoice", "inv_1");
    const { activities } = createSimplybooksClient({ ...options, apiKey: "secret" });
    // @ts-expect-error the client always requests JSON
    const page = activities.list({ format: "xml" });
    await expect(page).rejects.toMatchObject({ code: "invalid_response" });
  });

  it("know the bodies of webhook requests", async () => {
    const { endpoints, replays } = client.webhooks;
    await endpoints.create({ url: "https://example.com", events: ["invoice.*"] });
    // @ts-expect-error events are missing
    await endpoints.create({ url: "https://example.com" });
    // @ts-expect-error misspelt
    await endpoints.update("wh_1", { enable: true });
    // @ts-expect-error preview counts, start sends
    await expect(replays("wh_1").start({ since: "2026-05-11", dry_run: true })).rejects.toThrow();
  });

  it("know the fields of results, and that a page can be unchanged", async () => {
    const { items, next } = await client.activity.list();
    expectTypeOf(items[0]?.changes).toEqualTypeOf<
      { readonly [field: string]: { readonly old: unknown; readonly new: unknown } } | null | undefined
    >();
    expectTypeOf(next?.cursor).toEqualTypeOf<string | undefined>();
    const page = await client.activity.list({}, { ifNoneMatch: null });
    // @ts-expect-error possibly null
    expect(page.items).toEqual([]);
    expectTypeOf(page).toBeNullable();
  });

  it("close the set of error codes", () => {
    expectTypeOf<ActivityLogError["code"]>().toEqualTypeOf<
      | "invalid_request"
      | "unauthenticated"
      | "forbidden"
      | "not_found"
      | "conflict"
      | "rate_limited"
      | "unavailable"
      | "internal"
      | "network"
      | "timeout"
      | "invalid_response"
    >();
  });
});
