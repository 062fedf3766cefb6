import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { anchorsOperations } from "#shared/api/anchors/operations/anchors-operations.ts";
import { changesOperations } from "#shared/api/changes/operations/changes-operations.ts";
import { fakturoidOperations } from "#shared/api/fakturoid/operations/fakturoid-operations.ts";
import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { errorCodes } from "#shared/api/finzbooks/openapi/errors.ts";
import { finzbooksOperations } from "#shared/api/finzbooks/operations/finzbooks-operations.ts";
import { collections } from "#shared/api/finzbooks/operations/list-document-activity.ts";
import { oauthOperations } from "#shared/api/oauth/operations/oauth-operations.ts";
import { handleSpecs } from "#shared/api/openapi-description/handler.ts";
import { specOperations } from "#shared/api/openapi-description/spec-operations.ts";
import { proofsOperations } from "#shared/api/proofs/operations/proofs-operations.ts";
import { simplybooksOperations } from "#shared/api/simplybooks/operations/simplybooks-operations.ts";
import { tokensOperations } from "#shared/api/tokens/operations/tokens-operations.ts";
import { viewerTokensOperations } from "#shared/api/viewer-tokens/operations/viewer-tokens-operations.ts";
import { webhooksOperations } from "#shared/api/webhooks/operations/webhooks-operations.ts";
import { rateLimit } from "#shared/auth/rate-limit.ts";
import { ActivityError } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { eventJsonSchema } from "#shared/events/event-json-schema.ts";
import {
  collectRefs,
  componentOf,
  componentValidator,
  description,
  operations,
  resolveRef,
} from "#test/support/api/api-description.ts";
import { contractEvent, contractPages } from "#test/support/api/contract-samples.ts";
import { createSchemaValidator } from "#test/support/api/json-schema.ts";
import { aRequest } from "#test/support/builders.ts";

const { components } = description;
const paths = Object.keys(description.paths);

describe("OpenAPI description", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(description)));
    expect(result.errors ?? []).toEqual([]);
    expect([result.valid, validator.version]).toEqual([true, "3.1"]);
  });

  it("contains all components that it refers to", () => {
    for (const ref of new Set(collectRefs(description))) expect(resolveRef(ref), ref).toBeDefined();
  });

  it("is served as JSON, with the caller's origin as its server", async () => {
    const { status, headers, body } = await handleSpecs(aRequest("/openapi.json"));
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
  it("belong to exactly one dialect, or serve a spec", () => {
    const prefixes = [`${basePath}/`, "/api/v1/", "/api/v3/", ...specOperations.map(({ path }) => path)];
    const matchesOne = (path: string) => prefixes.filter((prefix) => path.startsWith(prefix)).length === 1;
    expect(paths.filter((path) => !matchesOne(path))).toEqual([]);
  });

  it("require the credentials of their dialect, and none for the specs", () => {
    const schemes = [
      [`${basePath}/whoami`, ["accessToken"]],
      [`${basePath}/viewer-tokens`, ["accessToken"]],
      [`${basePath}/tokens`, ["accessToken"]],
      ...anchorsOperations.map(({ path }) => [path, []] as const),
      [`${basePath}/activity/changes`, ["accessToken"]],
      [`${basePath}/activity/export`, ["accessToken"]],
      ...proofsOperations.map(({ path }) => [path, ["accessToken"]] as const),
      [`${basePath}/`, ["accessToken", "viewerToken"]],
      ["/api/v1/", ["apiKey", "accessToken"]],
      ["/api/v3/oauth/", ["oauthClient"]],
      ["/api/v3/", ["oauthToken", "accessToken"]],
      ["/", []],
    ] as const;
    for (const { path, security } of operations) {
      const [, expected] = schemes.find(([prefix]) => path.startsWith(prefix)) ?? [];
      expect([path, ...security.flatMap((scheme) => Object.keys(scheme))]).toEqual([path, ...(expected ?? [])]);
    }
    expect(Object.keys(components.securitySchemes)).toEqual([
      ...["accessToken", "viewerToken", "apiKey", "oauthToken", "oauthClient"],
    ]);
  });

  it("use exactly the declared tags", () => {
    const declared = description.tags.map(({ name }) => name);
    const webhookTags = Object.values(description.webhooks).flatMap(({ post }) => post?.tags ?? []);
    expect(new Set([...operations.flatMap(({ tags }) => tags), ...webhookTags])).toEqual(new Set(declared));
  });
});

describe("OpenAPI operations", () => {
  const served = [
    ...finzbooksOperations,
    ...changesOperations,
    ...proofsOperations,
    ...anchorsOperations,
    ...viewerTokensOperations,
    ...tokensOperations,
    ...webhooksOperations,
    ...simplybooksOperations,
    ...fakturoidOperations,
    ...oauthOperations,
    ...specOperations,
  ];

  it("are those that the functions serve", () => {
    const routes = served.map(({ operationId, method, path }) => [operationId, method, path]);
    expect(operations.map(({ operationId, method, path }) => [operationId, method, path])).toEqual(routes);
  });

  it.each(specOperations)("contain $path, which is served", async ({ path }) => {
    expect((await handleSpecs(aRequest(path))).status).toBe(200);
  });
});

describe("OpenAPI schemas", () => {
  /** Returns the objects in a part of the OpenAPI description that forbid additional properties. */
  const closedObjects = (value: unknown): object[] => {
    if (typeof value !== "object" || value === null) return [];
    const own = "additionalProperties" in value && value.additionalProperties === false ? [value] : [];
    return [...own, ...Object.values(value).flatMap(closedObjects)];
  };

  it("allow additional properties in responses and webhooks, so that clients accept later versions", async () => {
    const { webhooks } = description;
    const responses = operations.map((operation) => operation.responses);
    const { body } = await handleSpecs(aRequest("/schemas/webhook.json"));
    expect(closedObjects([components.schemas, components.responses, webhooks, responses])).toEqual([]);
    expect(closedObjects(JSON.parse(body))).toEqual([]);
  });

  it("forbid additional properties in request bodies, like the parsers", () => {
    const bodies = operations.flatMap(({ path, requestBody }) =>
      requestBody === undefined || !path.startsWith(basePath) ? [] : [requestBody.content["application/json"]?.schema],
    );
    expect(bodies.length).toBeGreaterThan(4);
    for (const body of bodies) expect(body).toMatchObject({ type: "object", additionalProperties: false });
  });
});

describe("OpenAPI operations with If-None-Match", () => {
  const conditional = operations.filter(({ parameters = [] }) =>
    parameters.some(({ name }) => name === "If-None-Match"),
  );

  it("are the event lists of all dialects, and describe a 304 with its headers", () => {
    const names: readonly string[] = conditional.map(({ operationId }) => operationId);
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
    for (const { responses } of conditional) {
      const rateLimitHeaders = Object.keys(responses[200]?.headers ?? {}).filter((name) =>
        name.startsWith("X-RateLimit"),
      );
      expect(rateLimitHeaders.length).toBeGreaterThan(1);
      expect(Object.keys(responses[304]?.headers ?? {})).toEqual(expect.arrayContaining(["ETag", ...rateLimitHeaders]));
      expect(responses[304]).not.toHaveProperty("content");
    }
  });
});

describe("OpenAPI schema of an event", () => {
  it.each(Object.entries(contractPages))("of a page accepts the sample page %s", (_, page) => {
    expect(componentValidator("Activity")(page)).toEqual([]);
  });

  it("accepts the sample event and has it as its example", () => {
    expect(componentValidator("Event")(contractEvent)).toEqual([]);
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
  ])("rejects a malformed event: %j", (event) => {
    expect(componentValidator("Event")(event)).not.toEqual([]);
  });
});

describe("OpenAPI errors", () => {
  it("have the codes of the FinzBooks API", () => {
    expect(new Set(errorCodes)).toEqual(
      new Set([
        "validation.invalid_value",
        "validation.required_field",
        "authn.token_invalid",
        "authz.scope_missing",
        "authz.outside_viewer_limits",
        "authz.org_mismatch",
        "not_found.resource",
        "not_found.not_sealed",
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
    const ofFinzbooks = Object.entries(components.responses).filter(
      ([name]) => !/^(Fakturoid|Oauth|Simply)/.test(name),
    );
    const examples = ofFinzbooks.flatMap(([, { content }]) =>
      Object.entries(content["application/json"]?.examples ?? {}),
    );
    // An operation describes one method, so no operation can return this error.
    const notInOperations = "method.not_allowed";
    expect(new Set([...examples.map(([code]) => code), notInOperations])).toEqual(new Set(errorCodes));
    for (const [code, { value }] of examples) {
      expect(componentValidator("Problem")(value)).toEqual([]);
      expect(value).toMatchObject({ code });
    }
  });

  it("have the example that the dialect renders", () => {
    const { body } = renderError(new ActivityError("not_found", "Resource not found. Check the path."), aRequest("/"));
    expect(components.responses.NotFound?.content["application/json"]?.examples["not_found.resource"]?.value).toEqual(
      JSON.parse(body),
    );
  });
});

describe("OpenAPI values", () => {
  it("have the page limit, the entity types and the rate limit of the code", () => {
    expect(componentOf(description.components.parameters, "Limit").schema).toEqual({
      type: "integer",
      minimum: 1,
      maximum: 500,
      default: 100,
    });
    expect(componentOf(description.components.schemas, "EntityType").enum).toEqual(documentTypes);
    expect(componentOf(description.components.headers, "X-RateLimit-Limit").example).toBe(rateLimit.requests);
  });

  it("agree with the event schema for writers", () => {
    const schema = eventJsonSchema("https://api.example.com");
    const validate = createSchemaValidator(schema);
    for (const event of [contractEvent, ...Object.values(contractPages).flatMap(({ activity }) => activity)]) {
      expect(validate({ org_id: "org_a", ...event })).toEqual([]);
    }
    const constraintsOf = (name: "event_id" | "action" | "entity_id") => {
      const { type, pattern, minLength, maxLength } = Object(schema.properties[name]);
      return JSON.parse(JSON.stringify({ type, pattern, minLength, maxLength }));
    };
    expect(components.schemas.Event).toMatchObject({
      properties: {
        event_id: constraintsOf("event_id"),
        entity_id: constraintsOf("entity_id"),
        action: constraintsOf("action"),
      },
    });
  });
});
