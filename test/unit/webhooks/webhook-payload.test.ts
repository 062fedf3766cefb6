import { describe, expect, it } from "vitest";
import * as z from "zod";
import { verifyWebhook, type WebhookEvent, type WebhookPayload } from "#clients/webhooks/verify-webhook.ts";
import { webhookJsonSchema } from "#shared/api/webhooks/openapi/payload-schema.ts";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { eventTypeCatalogue } from "#shared/webhooks/event-types/catalogue.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { createSchemaValidator } from "#test/support/api/json-schema.ts";
import { aDeliveryMessage, testNow } from "#test/support/builders.ts";

/** The `type` that a JSON Schema has for a type. */
type JsonType<T> = null extends T
  ? readonly [JsonType<NonNullable<T>>, "null"]
  : T extends string
    ? "string"
    : T extends number
      ? "integer"
      : T extends boolean
        ? "boolean"
        : "object";
type JsonTypes<T> = { readonly [Name in keyof Required<T>]: JsonType<Required<T>[Name]> };

// The compiler holds these tables to the types, the tests hold them to the schema.
const payloadTypes: JsonTypes<WebhookPayload> = {
  event_type: "string",
  delivery_id: "string",
  sequence: ["integer", "null"],
  sealed_at: ["string", "null"],
  occurred_at: "string",
  org_id: "string",
  data: "object",
  test: "boolean",
};
const eventTypes: JsonTypes<WebhookEvent> = {
  event_id: "string",
  action: "string",
  entity_type: "string",
  entity_id: "string",
  entity_ref: ["string", "null"],
  actor_user_id: ["string", "null"],
  changes: ["object", "null"],
  metadata: "object",
  occurred_at: "string",
};

const secret = formatSigningSecret(new Uint8Array(32));
const deliveryId = `dlv_${"0".repeat(32)}`;
const delivery = aDeliveryMessage({ delivery_id: deliveryId });
const schema = webhookJsonSchema("https://api.example.com");
const isValid = (value: unknown) => createSchemaValidator(schema)(value).length === 0;

/** Returns the payload as the verifier does; `null` if it refuses it. */
async function verified(payload: object): Promise<WebhookPayload | null> {
  const body = JSON.stringify(payload);
  const headers = signedHeaders({ deliveryId, eventType: "x", body, secrets: [secret], now: testNow });
  return verifyWebhook(body, headers, secret, { now: testNow }).catch(() => null);
}

const objectSchema = z.object({
  required: z.array(z.string()),
  properties: z.record(z.string(), z.object({ type: z.unknown() })),
});

/** Returns the required properties of a schema, and the `type` of each property. */
function describeObject(value: unknown) {
  const { required, properties } = objectSchema.parse(value);
  return { required, types: Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, type])) };
}

const sample = JSON.parse(renderPayload(sampleEvent("invoice.sent", "org_1", testNow.toISOString()), delivery));

describe("WebhookPayload", () => {
  it("has the properties of the schema, with their types", () => {
    const required = Object.keys(payloadTypes).filter((name) => name !== "test");
    expect(describeObject(schema)).toEqual({ required, types: payloadTypes });
    const event = { required: Object.keys(eventTypes), types: eventTypes };
    expect(describeObject(schema.properties.data)).toEqual(event);
  });

  it.each(eventTypeCatalogue.map(({ event_type }) => event_type))("is what a delivery of %s has", async (type) => {
    const payload = JSON.parse(renderPayload(sampleEvent(type, "org_1", testNow.toISOString()), delivery));
    expect(isValid(payload)).toBe(true);
    expect(await verified(payload)).toEqual(payload);
  });
});

describe("verifyWebhook", () => {
  // The signature proves who made the texts: only their types are verified.
  const limits = new Set(["pattern", "format", "enum", "minLength", "maxLength"]);
  const typesOnly = JSON.parse(JSON.stringify(schema, (key, value) => (limits.has(key) ? undefined : value)));
  const hasTypes = createSchemaValidator(typesOnly);
  const values = [undefined, null, 1, "text", true, [], {}, { field: { old: 1 } }, { field: { old: 1, new: 2 } }];
  const paths = [...Object.keys(payloadTypes), ...Object.keys(eventTypes).map((name) => `data.${name}`)];
  const isNew = (path: unknown) => path === "sequence" || path === "sealed_at";
  // Another id than the one in the headers is refused for that reason.
  const cases = paths
    .filter((path) => path !== "delivery_id")
    .flatMap((path) => values.map((value) => [path, value]))
    .filter(([path, value]) => !(isNew(path) && value === undefined));

  it.each(cases)("accepts a payload whose %s is %j if the schema allows the type", async (path, value) => {
    const name = String(path).replace("data.", "");
    const payload =
      path === name ? { ...sample, [name]: value } : { ...sample, data: { ...sample.data, [name]: value } };
    expect((await verified(payload)) !== null).toBe(hasTypes(JSON.parse(JSON.stringify(payload))).length === 0);
  });

  it("returns null for the sequence of a server that does not send it", async () => {
    const { sequence: _, sealed_at: __, ...earlier } = sample;
    expect(await verified(earlier)).toEqual({ ...earlier, sequence: null, sealed_at: null });
  });
});
