import { describe, expect, it } from "vitest";
import { createOpenApiDescription } from "#shared/api/openapi-description/description.ts";
import { secret } from "#shared/api/webhooks/openapi/examples.ts";
import { webhookPaths } from "#shared/api/webhooks/openapi/openapi.ts";
import { operationDocs } from "#shared/api/webhooks/openapi/operation-docs.ts";
import { renderWebhookRequests } from "#shared/api/webhooks/openapi/webhook-requests.ts";
import { operations } from "#shared/api/webhooks/operations.ts";
import { deliveryParameters } from "#shared/api/webhooks/query.ts";
import { webhookRouteNames } from "#shared/api/webhooks/routes.ts";
import { verifyWebhook } from "#shared/webhooks/sending/verify.ts";
import { operationOf as findOperation, validateResponse } from "#test/support/api/api-description.ts";
import { createResponseValidator } from "#test/support/api/json-schema.ts";
import { webhooksApi } from "#test/support/api/webhooks-dialect.ts";

const { components } = createOpenApiDescription("https://api.example.com");
const validatorOf = (schema: object) => createResponseValidator(schema, { components });

const described = Object.values(webhookPaths()).flatMap((item) => Object.values(item));
const operationOf = (name: string) => {
  const operation = described.find(({ operationId }) => operationId === name);
  if (operation === undefined) throw new Error(`${name} is not described.`);
  return operation;
};

/** The JSON that an operation is described to take or answer. */
type Content = { readonly schema: object; readonly examples: Readonly<Record<string, { readonly value: unknown }>> };

function responsesOf(name: string): (readonly [status: number, content: Content])[] {
  return Object.entries(operationOf(name).responses).flatMap(([status, response]) =>
    "content" in response ? [[Number(status), response.content["application/json"]] as const] : [],
  );
}

it("OpenAPI describes exactly the operations of the webhooks API", () => {
  expect(described.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(operations).sort());
});

describe.each(webhookRouteNames)("OpenAPI operation %s", (name) => {
  it("has response examples that match their schemas", () => {
    const responses = responsesOf(name);
    expect(responses.map(([status]) => status)).toEqual(Object.keys(operationDocs[name].responses).map(Number));
    for (const [, { schema, examples }] of responses) {
      for (const { value } of Object.values(examples)) expect(validatorOf(schema)(value)).toEqual([]);
    }
  });

  it("has a body example that matches its schema, if it has a body", () => {
    const { requestBody } = operationOf(name);
    const content: Content | undefined = requestBody?.content["application/json"];
    expect(content === undefined).toBe(operationDocs[name].bodyExample === undefined);
    if (content === undefined) return;
    for (const { value } of Object.values(content.examples)) expect(validatorOf(content.schema)(value)).toEqual([]);
  });
});

it("OpenAPI matches the responses of the webhooks API", async () => {
  const { ask, trace } = webhooksApi();
  const checked: string[] = [];
  const check = async (name: string, ...asked: Parameters<typeof ask>) => {
    const { status, headers, body } = await ask(...asked);
    const described = findOperation(name).responses[status] ?? { headers: {}, content: {} };
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
  expect(new Set(checked)).toEqual(new Set(webhookRouteNames));
});

it("OpenAPI parameters of deliveries are those of the parser", () => {
  const named = operationOf("list_webhook_deliveries").parameters.map((parameter) => {
    if (!("$ref" in parameter)) return parameter.name;
    const found = Object.entries(components.parameters).find(([key]) => parameter.$ref.endsWith(`/${key}`));
    return found?.[1].name;
  });
  expect(new Set(named)).toEqual(new Set([...deliveryParameters, "endpoint_id", "X-AIBooks-Org"]));
});

describe("OpenAPI description of webhook requests", () => {
  const { parameters, requestBody } = renderWebhookRequests().event.post;
  const example = Object.values(requestBody.content["application/json"].examples)[0]?.value;

  it("has an example that matches its schema", () => {
    expect(validatorOf(requestBody.content["application/json"].schema)(example)).toEqual([]);
  });

  it("has example headers that sign the example", () => {
    const headers = Object.fromEntries(parameters.map(({ name, example: value }) => [name, value ?? ""]));
    const now = new Date(Number(headers["webhook-timestamp"]) * 1_000);
    expect(verifyWebhook(headers, JSON.stringify(example), secret, now)).toEqual(example);
    const { "webhook-signature": _, ...aibooksOnly } = headers;
    expect(verifyWebhook(aibooksOnly, JSON.stringify(example), secret, now)).toEqual(example);
  });
});
