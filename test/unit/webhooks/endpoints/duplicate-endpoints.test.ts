import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { subscribesToEventType, subscriptionsOverlap } from "#shared/webhooks/event-types/event-type-filter.ts";
import { updateEndpoint } from "#shared/webhooks/update-endpoint.ts";
import { managementPorts, orgA, orgB } from "#test/support/api/webhooks-dialect.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const by = (org_id = orgA) => ({ org_id, token_id: "tok_1", user_id: null, request_id: "req" });
const settings = {
  url: "https://r.example/hook",
  events: ["invoice.*"],
  entity_id: null,
  description: null,
  enabled: true,
  headers: null,
};

describe("createEndpoint with the URL of another endpoint", () => {
  it.each([
    ["the same filters", {}],
    ["another spelling of the URL", { url: "https://R.example:443/hook" }],
    ["overlapping filters", { events: ["bill.*", "*.sent"] }],
    ["a filter for one document", { entity_id: "inv_1" }],
    ["`enabled` set to false", { enabled: false }],
  ])("throws `conflict` with the id of the first endpoint when created with %s", async (_, over) => {
    const { ports } = managementPorts();
    const { endpoint } = await createEndpoint(ports, by(), settings);
    const refused = await catchRejection(createEndpoint(ports, by(), { ...settings, ...over }));
    expect([refused.code, refused.message]).toEqual(["conflict", expect.stringContaining(endpoint.endpoint_id)]);
  });

  it.each([
    ["other event types", { events: ["bill.*"] }],
    ["another path", { url: "https://r.example/other" }],
  ])("creates the endpoint with %s", async (_, over) => {
    const { ports } = managementPorts();
    await createEndpoint(ports, by(), settings);
    await createEndpoint(ports, by(), { ...settings, ...over });
    expect(await ports.endpoints.list(orgA)).toHaveLength(2);
  });

  it("creates the endpoint for another document or another organisation", async () => {
    const { ports } = managementPorts();
    for (const entity_id of ["inv_1", "inv_2"]) await createEndpoint(ports, by(), { ...settings, entity_id });
    await createEndpoint(ports, by(orgB), settings);
    expect([await ports.endpoints.list(orgA), await ports.endpoints.list(orgB)].map(({ length }) => length)).toEqual([
      2, 1,
    ]);
  });
});

it("updateEndpoint throws `conflict` only when two endpoints would receive the same events", async () => {
  const { ports } = managementPorts();
  await createEndpoint(ports, by(), settings);
  const { endpoint } = await createEndpoint(ports, by(), { ...settings, url: "https://r.example/other" });
  const change = (patch: Parameters<typeof updateEndpoint>[3]) =>
    updateEndpoint(ports, by(), endpoint.endpoint_id, patch);
  expect((await catchRejection(change({ url: settings.url }))).code).toBe("conflict");
  await change({ url: settings.url, events: ["bill.*"] });
  expect((await catchRejection(change({ events: ["bill.paid", "invoice.sent"] }))).code).toBe("conflict");
  await change({ description: "ours", enabled: false });
  await change({ enabled: true, headers: null });
});

it("(property) subscriptionsOverlap returns whether an event exists that both subscribe to", () => {
  const filter = fc.constantFrom(
    "*",
    "invoice.*",
    "bill.*",
    "webhook_endpoint.*",
    "*.sent",
    "*.paid",
    "invoice.sent",
    "bill.paid",
    "webhook_endpoint.sent",
  );
  const endpoint = fc.record({
    events: fc.array(filter, { minLength: 1, maxLength: 3 }),
    entity_id: fc.constantFrom(null, "a", "b"),
  });
  const events = ["invoice", "bill", "webhook_endpoint"].flatMap((entity) =>
    ["sent", "paid", "other"].flatMap((verb) => ["a", "b", "c"].map((id) => [id, `${entity}.${verb}`] as const)),
  );
  fc.assert(
    fc.property(endpoint, endpoint, (left, right) => {
      const both = events.some(
        ([id, type]) => subscribesToEventType(left, id, type) && subscribesToEventType(right, id, type),
      );
      expect(subscriptionsOverlap(left, right)).toBe(both);
    }),
  );
});
