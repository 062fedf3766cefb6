import { describe, expect, it } from "vitest";
import { verifyWebhook } from "#clients/webhooks/verify-webhook.ts";
import { secret } from "#shared/api/webhooks/openapi/examples.ts";
import { renderWebhookRequests } from "#shared/api/webhooks/openapi/webhook-requests.ts";
import { webhooksOperations } from "#shared/api/webhooks/operations/webhooks-operations.ts";
import { description, operationOf, validateResponse } from "#test/support/api/api-description.ts";
import { createResponseValidator } from "#test/support/api/json-schema.ts";
import { webhooksApi } from "#test/support/api/webhooks-dialect.ts";

const { components, webhooks } = description;
const validatorOf = (schema: object) => createResponseValidator(schema, { components });
const names = webhooksOperations.map(({ operationId }) => operationId);

describe.each(names)("OpenAPI operation %s", (name) => {
  const { responses, requestBody } = operationOf(name);

  it("has response examples that match their schemas", () => {
    const successes = Object.entries(responses).filter(([status]) => status.startsWith("2"));
    expect(successes.length).toBeGreaterThan(0);
    for (const [, { content }] of successes) {
      const { schema = {}, examples = {} } = content["application/json"] ?? {};
      expect(Object.keys(examples)).toEqual(["sample"]);
      for (const { value } of Object.values(examples)) expect(validatorOf(schema)(value)).toEqual([]);
    }
  });

  it("has a body example that matches its schema, if it has a body", () => {
    if (requestBody === undefined) return;
    const { schema = {}, examples = {} } = requestBody.content["application/json"] ?? {};
    expect(Object.keys(examples)).toEqual(["sample"]);
    for (const { value } of Object.values(examples)) expect(validatorOf(schema)(value)).toEqual([]);
  });
});

it("OpenAPI matches the responses of the webhooks API", async () => {
  const { ask, trace } = webhooksApi();
  const checked: string[] = [];
  const check = async (name: string, ...asked: Parameters<typeof ask>) => {
    const { status, headers, body } = await ask(...asked);
    const described = operationOf(name).responses[status] ?? { headers: {}, content: {} };
    const whole = { status, headers: { ...headers, ...trace.responseHeaders }, body };
    expect(validateResponse(described, whole), `${name} ${body}`).toEqual([]);
    checked.push(name);
    return JSON.parse(body);
  };
  const settings = { url: "https://hooks.example.com/in", events: ["*"], enabled: false };
  const { endpoint } = await check("create_webhook_endpoint", "POST", "/endpoints", { body: settings });
  const at = `/endpoints/${endpoint.endpoint_id}`;
  await check("list_webhook_endpoints", "GET", "/endpoints");
  await check("get_webhook_endpoint", "GET", at);
  const { missed } = await check("update_webhook_endpoint", "PATCH", at, { body: { enabled: true } });
  await check("update_webhook_endpoint", "PATCH", at);
  await check("rotate_webhook_secret", "POST", `${at}/rotate-secret`);
  const { delivery } = await check("test_webhook_endpoint", "POST", `${at}/test`);
  await check("list_webhook_deliveries", "GET", `${at}/deliveries`);
  await check("get_webhook_delivery", "GET", `${at}/deliveries/${delivery.delivery_id}`);
  await check("retry_webhook_delivery", "POST", `${at}/deliveries/${delivery.delivery_id}/retry`);
  const { replay } = await check("replay_webhook_events", "POST", `${at}/replay`, { body: missed });
  await check("replay_webhook_events", "POST", `${at}/replay`, { body: { ...missed, dry_run: true } });
  await check("get_webhook_replay", "GET", `${at}/replays/${replay.replay_id}`);
  await check("list_webhook_event_types", "GET", "/event-types");
  await check("delete_webhook_endpoint", "DELETE", at);
  expect(new Set(checked)).toEqual(new Set(names));
});

describe("OpenAPI description of webhook requests", () => {
  const { parameters, requestBody } = renderWebhookRequests().event.post;
  const example = Object.values(requestBody.content["application/json"].examples)[0]?.value;

  it("has an example that matches its schema", () => {
    const schema = webhooks.event?.post?.requestBody?.content["application/json"]?.schema ?? {};
    expect(schema).toEqual({ $ref: "#/components/schemas/WebhookPayload" });
    expect(validatorOf(schema)(example)).toEqual([]);
  });

  it("has example headers that sign the example", async () => {
    const headers = Object.fromEntries(parameters.map(({ name, example: value }) => [name, value ?? ""]));
    const now = new Date(Number(headers["webhook-timestamp"]) * 1_000);
    const body = JSON.stringify(example);
    await expect(verifyWebhook(body, headers, secret, { now })).resolves.toEqual(example);
    const { "webhook-signature": _, ...aibooksOnly } = headers;
    await expect(verifyWebhook(body, aibooksOnly, secret, { now })).resolves.toEqual(example);
  });
});
