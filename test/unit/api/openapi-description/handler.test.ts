import { describe, expect, it } from "vitest";
import { handleSpecs } from "#shared/api/openapi-description/handler.ts";
import { entityTypes } from "#shared/events/entity-types.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";
import { createSchemaValidator } from "#test/support/api/json-schema.ts";
import { anInput, aRequest } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

describe("GET /schemas/event.json", () => {
  const served = async (): Promise<object> => JSON.parse((await handleSpecs(aRequest("/schemas/event.json"))).body);

  it("returns a schema of draft 2020-12 with all entity types", async () => {
    expect(await served()).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://api.example.com/schemas/event.json",
      title: "Event of the activity log",
      additionalProperties: false,
      required: ["org_id", "action", "entity_type", "entity_id", "occurred_at"],
      properties: { entity_type: { enum: entityTypes } },
    });
  });

  it("returns a schema that accepts valid events", async () => {
    const validate = createSchemaValidator(await served());
    const full = anInput({
      event_id: "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300",
      actor: { name: "Priya", email: null },
      changes: { status: { old: "DRAFT", new: null } },
      metadata: { any: [1, { thing: true }] },
      related: [{ entity_type: "CONTACT", entity_id: "con_1", entity_ref: null }],
      params: {},
    });
    for (const event of [anInput(), full]) expect(validate(event)).toEqual([]);
  });

  it.each([
    "2026-05-11",
    "2026-05-11 08:30",
    "2026-05-11T08:30:12.123456789+0530",
    "2016-12-31T23:59:60Z",
    "2026-03-07T24:00:00Z",
  ])("returns a schema that accepts and describes each time format of ingest: %s", async (occurred_at) => {
    const schema = await served();
    expect(createSchemaValidator(schema)({ ...anInput(), occurred_at })).toEqual([]);
    expect(parseTimestamp(occurred_at)).not.toBeNull();
    expect(schema).toMatchObject({ properties: { occurred_at: { description: expect.stringContaining("`:60`") } } });
  });

  it.each([
    {},
    { ...anInput(), occurred_at: "20260308T101500Z" },
    { ...anInput(), colour: "red" },
    { ...anInput(), entity_type: "FOO" },
    { ...anInput(), action: "sent" },
    { ...anInput(), org_id: "a b" },
    { ...anInput(), entity_id: "" },
    { ...anInput(), entity_id: "x".repeat(257) },
    { ...anInput(), metadata: [] },
    { ...anInput(), changes: { status: { old: 1 } } },
    { ...anInput(), occurred_at: "yesterday" },
  ])("returns a schema that refuses what ingest refuses: %j", async (event) => {
    expect(createSchemaValidator(await served())(event)).not.toEqual([]);
  });
});

it("GET /schemas/event.json may be cached", async () => {
  const { headers } = await handleSpecs(aRequest("/schemas/event.json"));
  expect(headers["cache-control"]).toBe("public, max-age=300");
});

it.each(["//", "/schemas/", "/schemas/other.json", "/openapi.yaml", "/__proto__", "/constructor"])(
  "GET %s returns 404",
  async (path) => expect((await catchRejection(handleSpecs(aRequest(path)))).code).toBe("not_found"),
);

it.each(["/openapi.json", "/schemas/event.json", "/schemas/webhook.json"])(
  "%s returns 405 for other methods",
  async (path) => {
    const error = await catchRejection(handleSpecs(aRequest(path, { method: "DELETE" })));
    expect([error.code, error.context.allow]).toEqual(["method_not_allowed", "GET, HEAD"]);
  },
);
