import { beforeAll, describe, expect, it } from "vitest";
import { handleSpecs } from "#shared/api/openapi-description/handler.ts";
import { eventTypeCatalogue } from "#shared/webhooks/event-types/catalogue.ts";
import { createResponseValidator } from "#test/support/api/json-schema.ts";
import { webhooksApi } from "#test/support/api/webhooks-dialect.ts";
import { aRequest } from "#test/support/builders.ts";

type Listed = { event_type: string; description: string; sample: Record<string, unknown>; schema: object };

let listed: readonly Listed[];
let shared: { $id: string };

beforeAll(async () => {
  listed = JSON.parse((await webhooksApi().ask("GET", "/event-types")).body).event_types;
  shared = JSON.parse((await handleSpecs(aRequest("/schemas/webhook.json"))).body);
});

it("renderEventTypes returns the catalogue with samples of the caller's organisation", () => {
  expect(listed.map(({ event_type }) => event_type)).toEqual(eventTypeCatalogue.map(({ event_type }) => event_type));
  for (const { event_type, description, sample } of listed) {
    expect(sample).toMatchObject({ event_type, org_id: "org_a", data: { event_id: expect.stringMatching(/^evt_/) } });
    expect(description).toMatch(/^An? .+\.$/);
  }
});

it("renderEventTypes refers to the served schema of payloads", () => {
  expect(shared.$id).toBe("https://api.example.com/schemas/webhook.json");
  for (const { schema } of listed) expect(schema).toMatchObject({ $ref: shared.$id });
});

describe("schema of an event type", () => {
  const validatorOf = (schema: object) => createResponseValidator(schema, { $defs: { shared } });

  it("accepts only its own sample without further fields", () => {
    for (const [at, { event_type, schema, sample }] of listed.entries()) {
      const validate = validatorOf(schema);
      expect([event_type, validate(sample)]).toEqual([event_type, []]);
      expect(validate({ ...sample, colour: "red" })).not.toEqual([]);
      expect(validate({ ...sample, data: { ...Object(sample.data), org_id: "org_a" } })).not.toEqual([]);
      const { delivery_id: _, ...without } = sample;
      expect(validate(without)).not.toEqual([]);
      const other = listed[(at + 1) % listed.length];
      expect([event_type, validate(other?.sample)]).not.toEqual([event_type, []]);
    }
  });
});
