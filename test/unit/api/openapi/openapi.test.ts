import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { describeErrorResponses, errorCodes } from "#shared/api/finzbooks/openapi/errors.ts";
import { basePath, collections, type FinzbooksRoute, findRoute } from "#shared/api/finzbooks/routes.ts";
import { documentPaths } from "#shared/api/openapi-document/document.ts";
import { handleDocuments } from "#shared/api/openapi-document/handler.ts";
import { findWebhookRoute, webhookRouteNames, webhookRoutes } from "#shared/api/webhooks/routes.ts";
import { rateLimit } from "#shared/auth/rate-limit.ts";
import { ActivityError } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { eventJsonSchema } from "#shared/events/event-json-schema.ts";
import { description, faults, operations, referenced, references } from "#test/support/api/api-description.ts";
import { contractEvent, contractPages } from "#test/support/api/contract-samples.ts";
import { schemaFaults } from "#test/support/api/json-schema.ts";
import { aRequest } from "#test/support/builders.ts";

const { components } = description;
const paths = Object.keys(description.paths);

describe("OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const outcome = await validator.validate(JSON.parse(JSON.stringify(description)));
    expect(outcome.errors ?? []).toEqual([]);
    expect([outcome.valid, validator.version]).toEqual([true, "3.1"]);
  });

  it("contains all components that it refers to", () => {
    for (const reference of new Set(references(description))) expect(referenced(reference), reference).toBeDefined();
  });

  it("has the server that the caller used, and is plain JSON", async () => {
    const { status, headers, body } = await handleDocuments(aRequest("/openapi.json"));
    expect([status, headers["content-type"]]).toEqual([200, "application/json"]);
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(description)));
    expect(JSON.parse(body).servers).toEqual([{ url: "https://api.example.com" }]);
  });

  it("has a unique id for every operation", () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("OpenAPI paths", () => {
  it("are those of the dialects and of the documents", () => {
    const owners = [`${basePath}/`, "/api/v1/", "/api/v3/", ...Object.keys(documentPaths)];
    expect(paths.filter((path) => owners.filter((owner) => path.startsWith(owner)).length !== 1)).toEqual([]);
  });

  it("require the credentials of their dialect, and none for documents", () => {
    const schemes = [
      [`${basePath}/`, ["accessToken"]],
      ["/api/v1/", ["apiKey", "accessToken"]],
      ["/api/v3/oauth/", ["oauthClient"]],
      ["/api/v3/", ["oauthToken", "accessToken"]],
      ["/", []],
    ] as const;
    for (const { path, security } of operations) {
      const [, expected] = schemes.find(([prefix]) => path.startsWith(prefix)) ?? [];
      expect([path, ...security.flatMap((scheme) => Object.keys(scheme))]).toEqual([path, ...(expected ?? [])]);
    }
    expect(Object.keys(components.securitySchemes)).toEqual(["accessToken", "apiKey", "oauthToken", "oauthClient"]);
  });

  it("have only tags of the document", () => {
    const known = description.tags.map(({ name }) => name);
    const sent = Object.values(description.webhooks).flatMap(({ post }) => post.tags);
    expect(new Set([...operations.flatMap(({ tags }) => tags), ...sent])).toEqual(new Set(known));
  });
});

describe("OpenAPI paths of FinzBooks", () => {
  const own = operations.filter(({ path }) => path.startsWith(basePath) || Object.hasOwn(documentPaths, path));
  const ownPaths = new Set(own.map(({ path }) => path));

  it("contain all routes of findRoute", () => {
    const fixed: Readonly<Record<FinzbooksRoute["kind"], string>> = { activity: "/activity", whoami: "/whoami" };
    for (const path of Object.values(fixed)) expect(paths).toContain(`${basePath}${path}`);
    for (const collection of Object.keys(collections)) {
      expect(paths.filter((path) => path.startsWith(`${basePath}/${collection}/{`))).toHaveLength(1);
    }
    const webhookPaths = new Set(webhookRouteNames.map((name) => webhookRoutes[name][1]));
    expect(ownPaths.size).toBe(
      2 + Object.keys(collections).length + webhookPaths.size + Object.keys(documentPaths).length,
    );
    for (const name of webhookRouteNames) {
      const [method, path] = webhookRoutes[name];
      expect(operations).toContainEqual(expect.objectContaining({ operationId: name, method, path: basePath + path }));
    }
  });

  it.each(own)("$method $path is served", async ({ method, path, operationId }) => {
    const filled = path.replaceAll(/\{\w+\}/g, "some-id");
    if (path.startsWith(`${basePath}/webhooks/`)) expect(findWebhookRoute(method, filled).name).toBe(operationId);
    else if (path.startsWith(basePath)) expect(findRoute(method, filled).kind).toMatch(/activity|whoami/);
    else expect((await handleDocuments(aRequest(filled, { method }))).status).toBe(200);
  });
});

describe("OpenAPI schemas", () => {
  /** Every object of a part of the document that has no properties but those it names. */
  const closedObjects = (value: unknown): object[] => {
    if (typeof value !== "object" || value === null) return [];
    const own = "additionalProperties" in value && value.additionalProperties === false ? [value] : [];
    return [...own, ...Object.values(value).flatMap(closedObjects)];
  };

  it("of responses and webhooks allow further properties, so that clients accept later versions", async () => {
    const { webhooks } = description;
    const answers = operations.map(({ responses }) => responses);
    const { body } = await handleDocuments(aRequest("/schemas/webhook.json"));
    expect(closedObjects([components.schemas, components.responses, webhooks, answers])).toEqual([]);
    expect(closedObjects(JSON.parse(body))).toEqual([]);
  });

  it("of request bodies forbid further properties, like the parsers", () => {
    const bodies = operations.flatMap(({ path, requestBody }) =>
      requestBody === undefined || !path.startsWith(basePath) ? [] : [requestBody.content["application/json"]?.schema],
    );
    expect(bodies.length).toBeGreaterThan(4);
    for (const body of bodies) expect(body).toMatchObject({ type: "object", additionalProperties: false });
  });
});

describe("OpenAPI lists", () => {
  const lists = operations.filter(({ parameters = [] }) => parameters.some(({ name }) => name === "If-None-Match"));

  it("of all dialects support conditional requests", () => {
    const names = lists.map(({ operationId }) => operationId);
    expect(names).toEqual(
      expect.arrayContaining([
        "list_activity",
        "list_invoices_activity",
        "list_activities",
        "list_events",
        "list_paid_events",
      ]),
    );
    expect(names).toHaveLength(1 + Object.keys(collections).length + 3);
    for (const { responses } of lists) {
      const rates = Object.keys(responses[200]?.headers ?? {}).filter((name) => name.startsWith("X-RateLimit"));
      expect(rates.length).toBeGreaterThan(1);
      expect(Object.keys(responses[304]?.headers ?? {})).toEqual(expect.arrayContaining(["ETag", ...rates]));
      expect(responses[304]).not.toHaveProperty("content");
    }
  });
});

describe("contract samples", () => {
  it.each(Object.entries(contractPages))("%s matches the schema of a page", (_, page) => {
    expect(faults("Activity")(page)).toEqual([]);
  });

  it("contain the example of the document", () => {
    expect(faults("Event")(contractEvent)).toEqual([]);
    expect(components.schemas.Event).toMatchObject({ examples: [contractEvent] });
  });

  it.each([
    { ...contractEvent, event_id: "evt_1" },
    { ...contractEvent, entity_type: "USER" },
    { ...contractEvent, metadata: null },
    { ...contractEvent, changes: { status: "SENT" } },
    { ...contractEvent, occurred_at: "2026-05-11T08:30:12+00:00" },
    { ...contractEvent, org_id: "org_a" },
    { event_id: contractEvent.event_id },
  ])("do not match the schema with another shape", (event) => {
    expect(faults("Event")(event)).not.toEqual([]);
  });
});

describe("OpenAPI errors", () => {
  it("are those of the contract's table", () => {
    expect(new Set(errorCodes)).toEqual(
      new Set([
        "validation.invalid_value",
        "validation.required_field",
        "authn.token_invalid",
        "authz.scope_missing",
        "authz.org_mismatch",
        "not_found.resource",
        "method.not_allowed",
        "conflict.duplicate",
        "validation.too_large",
        "rate_limit.exceeded",
        "service.unavailable",
        "internal.error",
      ]),
    );
  });

  it("have examples that match the schema", () => {
    const shown = Object.values(describeErrorResponses()).flatMap(({ content }) =>
      Object.entries(content["application/json"].examples),
    );
    expect(components.responses).toMatchObject(describeErrorResponses());
    // Other methods belong to no operation.
    const elsewhere = "method.not_allowed";
    expect(new Set([...shown.map(([code]) => code), elsewhere])).toEqual(new Set(errorCodes));
    for (const [code, { value }] of shown) {
      expect(faults("Problem")(value)).toEqual([]);
      expect(value).toMatchObject({ code });
    }
  });

  it("are rendered by the dialect", () => {
    const { body } = renderError(new ActivityError("not_found", "Resource not found. Check the path."), aRequest("/"));
    expect(components.responses.NotFound?.content["application/json"].examples["not_found.resource"]?.value).toEqual(
      JSON.parse(body),
    );
  });
});

describe("OpenAPI values from the code", () => {
  it("limits, patterns and entity types are those of the code", () => {
    expect(components.parameters.Limit.schema).toEqual({ type: "integer", minimum: 1, maximum: 500, default: 100 });
    expect(components.schemas.EntityType.enum).toEqual(documentTypes);
    expect(components.headers["X-RateLimit-Limit"].example).toBe(rateLimit.requests);
  });

  it("the event schema agrees with the one for writers", () => {
    const schema = eventJsonSchema("https://api.example.com");
    const written = schemaFaults(schema);
    for (const event of [contractEvent, ...Object.values(contractPages).flatMap(({ activity }) => activity)]) {
      expect(written({ org_id: "org_a", ...event })).toEqual([]);
    }
    const limitsOf = (name: "event_id" | "action" | "entity_id") => {
      const { type, pattern, minLength, maxLength } = Object(schema.properties[name]);
      return JSON.parse(JSON.stringify({ type, pattern, minLength, maxLength }));
    };
    expect(components.schemas.Event).toMatchObject({
      properties: { event_id: limitsOf("event_id"), entity_id: limitsOf("entity_id"), action: limitsOf("action") },
    });
  });
});
