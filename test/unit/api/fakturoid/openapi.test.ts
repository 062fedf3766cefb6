import { describe, expect, it, vi } from "vitest";
import { renderError } from "#shared/api/fakturoid/errors.ts";
import { createFakturoidHandler } from "#shared/api/fakturoid/handler.ts";
import { relatedObjectTypes } from "#shared/api/fakturoid/mapping.ts";
import { sampleSubject } from "#shared/api/fakturoid/openapi/errors.ts";
import { pageSize } from "#shared/api/fakturoid/parameters.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { renderOauthError } from "#shared/api/oauth/errors.ts";
import { createOauthHandler } from "#shared/api/oauth/handler.ts";
import { accessTokenSeconds } from "#shared/auth/access-token-settings.ts";
import { clientScope, type Token } from "#shared/auth/caller.ts";
import type { AccessGrantStore } from "#shared/auth/issue-access-token.ts";
import { deriveAccessToken, formatToken } from "#shared/auth/token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import type { PageCheckpointStore } from "#shared/events/query/page-checkpoint.ts";
import type { EventPage, EventReader } from "#shared/events/query/query.ts";
import {
  componentOf,
  componentValidator,
  description,
  errorResponsesOf,
  operationOf,
  operations,
  validateResponse,
} from "#test/support/api/api-description.ts";
import { anEvent, anOrg, aRequest, aSecret, aToken } from "#test/support/builders.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";

const events = "/api/v3/accounts/acme-traders/events.json";
const agent = { "user-agent": "Our ledger (ledger@example.com)" };
const oauth = operations.filter(({ path }) => path.startsWith("/api/v3/oauth/"));
const reading = operations.filter(({ path }) => path.startsWith("/api/v3/") && !path.startsWith("/api/v3/oauth/"));

const paid = anEvent({
  action: "INVOICE_PAID",
  entity_id: "4829",
  actor_user_id: "913",
  actor: toJsonText({ email: "a@example.com", avatar_url: "https://example.com/a.png" }),
  related: toJsonText([{ entity_type: "CONTACT", entity_id: "con_acme" }]),
  params: toJsonText({ payment_id: 5 }),
  contact_id: "con_acme",
});
const updated = anEvent({
  action: "CONTACT_UPDATED",
  entity_type: "CONTACT",
  entity_id: "7041",
  actor_user_id: null,
  changes: toJsonText({ name: { old: "A", new: "B" } }),
  contact_id: "7041",
});
const mailed = anEvent({ action: "EMAIL_SENT", metadata: toJsonText({ to: ["a@example.com"] }), text: "Sent." });

type Log = {
  readonly events?: readonly ActivityEvent[];
  readonly page?: EventReader["readPage"];
  readonly token?: Partial<Token>;
  readonly used?: number;
  readonly suspended?: readonly string[];
};

const tokensOf = ({ token, used, suspended }: Log, secret?: string) =>
  tokenPorts(() => aToken(token, secret), used, suspended);

const now = () => new Date("2026-06-01T12:00:43.000Z");

/** The answers of a function with all the headers that they leave it with. */
function asking(
  answer: (request: HttpRequest, trace: RequestContext) => Promise<HttpResponse>,
  render: (error: unknown, request: HttpRequest) => HttpResponse,
) {
  return async (request: HttpRequest): Promise<HttpResponse> => {
    const trace: RequestContext = { responseHeaders: {}, auditFields: {} };
    const response = await answer(request, trace).catch((error: unknown) => render(error, request));
    return {
      ...response,
      headers: { ...response.headers, ...trace.responseHeaders, "x-request-id": request.requestId },
    };
  };
}

/** The dialect over some events, and what it asked of the log. */
function dialect(log: Log = {}) {
  const whole: EventPage = { events: log.events ?? [paid], next: null };
  const page = vi.fn<EventReader["readPage"]>(log.page ?? (async () => whole));
  const places: PageCheckpointStore = { findNearest: async () => [], put: async () => undefined };
  const orgs = { get: async () => anOrg({ time_zone: "Europe/Prague" }) };
  const answer = createFakturoidHandler({
    events: { readPage: page },
    checkpoints: places,
    tokens: tokensOf(log),
    orgs,
    now,
  });
  return { ask: asking(answer, renderError), page };
}

const aQuestion = (target: string, over: Partial<HttpRequest> = {}) =>
  aRequest(target, { headers: { ...agent, authorization: `Bearer ${aSecret()}` }, ...over });

const described = (name: string, status: number) => operationOf(name).responses[status] ?? { headers: {}, content: {} };

const clientSecret = formatToken(new Uint8Array(20).fill(9), "client");
const basic = `Basic ${Buffer.from(`${aToken({}, clientSecret).token_id}:${clientSecret}`).toString("base64")}`;

/** What issues and revokes tokens, for one client. */
function oauthFunction(log: Log = {}) {
  const grants = vi.fn<AccessGrantStore["get"]>(async () => ({}));
  const revoke = vi.fn(async () => undefined);
  const tokens = tokensOf({ ...log, token: { scopes: [clientScope], ...log.token } }, clientSecret);
  const random = (bytes: number) => new Uint8Array(bytes).fill(3);
  const answer = createOauthHandler({
    tokens,
    issued: { get: grants, replace: async () => true, revoke },
    now,
    random,
  });
  return { ask: asking(answer, renderOauthError), grants, revoke };
}

const aTokenRequest = (path: string, body: unknown, over: Partial<HttpRequest> = {}) =>
  aRequest(path, { method: "POST", headers: { ...agent, authorization: basic }, body: () => body, ...over });

const grant = { grant_type: "client_credentials" };
const issued = { token: deriveAccessToken(clientSecret, "salt") };

describe("OpenAPI paths of Fakturoid", () => {
  it("contain exactly the OAuth routes that the handler serves", async () => {
    const known: string[] = [];
    for (const name of ["token", "revoke", "authorize", "refresh", "introspect"]) {
      for (const suffix of ["", ".json", ".xml", "/"]) {
        const path = `/api/v3/oauth/${name}${suffix}`;
        const { status } = await oauthFunction().ask(aTokenRequest(path, { ...grant, ...issued }));
        if (status !== 404) known.push(path);
      }
    }
    expect(oauth.map(({ method, path }) => [method, path])).toEqual(known.map((path) => ["POST", path]));
  });

  it("declare the parameters of each path", () => {
    for (const { path, parameters = [] } of [...reading, ...oauth]) {
      const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => `{${name}}`);
      expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  });
});

describe("OpenAPI parameters of Fakturoid", () => {
  const variations: Readonly<Record<string, string>> = {
    page: "2",
    since: "2026-05-11",
    subject_id: "7041",
    until: "2026-05-11",
    limit: "1",
    per_page: "1",
    x: "1",
  };

  /** What is read and answered, which a parameter that means something changes. */
  async function outcome(target: string) {
    const { ask, page } = dialect();
    const { status, body } = await ask(aQuestion(target));
    expect(status).toBe(200);
    return JSON.stringify([page.mock.calls, body]);
  }

  it.each(reading)(
    "$operationId declares exactly the parameters that change its response",
    async ({ path, parameters = [] }) => {
      const target = path.replace("{slug}", "acme-traders");
      const plain = await outcome(target);
      const changing: string[] = [];
      for (const [name, value] of Object.entries(variations)) {
        if ((await outcome(`${target}?${name}=${value}`)) !== plain) changing.push(name);
      }
      const queried = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
      expect(new Set(queried)).toEqual(new Set(changing));
    },
  );

  it.each(reading)("$operationId returns 400 when a parameter is repeated", async ({ path, parameters = [] }) => {
    const target = path.replace("{slug}", "acme-traders");
    for (const { name } of parameters.filter((parameter) => parameter.in === "query")) {
      const { status, body } = await dialect().ask(aQuestion(`${target}?${name}=1&${name}=1`));
      expect([name, status, body]).toEqual([name, 400, expect.stringContaining(`${name} is given more than once`)]);
    }
  });

  it("require User-Agent for every operation", async () => {
    for (const { path, method, parameters = [] } of [...reading, ...oauth]) {
      expect(parameters).toContainEqual(expect.objectContaining({ name: "User-Agent", in: "header", required: true }));
      const request = aRequest(path.replace("{slug}", "acme-traders"), { method });
      const { ask } = path.startsWith("/api/v3/oauth/") ? oauthFunction() : dialect();
      expect(await ask(request)).toMatchObject({ status: 400, body: expect.stringContaining("User-Agent") });
    }
  });

  it("accept the values of their examples", async () => {
    const { example } = componentOf(description.components.parameters, "FakturoidSince");
    for (const since of [encodeURIComponent(example), example, "2026-05-12"]) {
      expect((await dialect().ask(aQuestion(`${events}?since=${since}`))).status).toBe(200);
    }
    const { minimum = 0 } = componentOf(description.components.parameters, "FakturoidPage").schema;
    expect((await dialect().ask(aQuestion(`${events}?page=${minimum}`))).status).toBe(200);
    expect((await dialect().ask(aQuestion(`${events}?page=${minimum - 1}`))).status).toBe(400);
  });
});

describe("OpenAPI responses of Fakturoid and OAuth", () => {
  it.each([
    ["list_events", events, {}],
    ["list_events", events, { events: [] }],
    ["list_events", events, { events: [mailed, updated, paid, anEvent({ entity_type: "INBOX_FILE" })] }],
    ["list_paid_events", events.replace("events", "events/paid"), {}],
    ["get_user", "/api/v3/user.json", {}],
    ["get_user", "/api/v3/user.json", { token: { user_id: "913" } }],
  ])("%s matches its schema: %s %j", async (name, target, log) => {
    const answer = await dialect(log).ask(aQuestion(target));
    expect(answer.status).toBe(200);
    expect(validateResponse(described(name, 200), answer)).toEqual([]);
  });

  it.each([
    ["list_events", events, /"name"/, '"event"'],
    ["list_events", events, /\+02:00/, "Z"],
    ["list_events", events, /"Invoice"/, '"INVOICE"'],
    ["list_events", events, /"id":4829/, '"id":null'],
    ["list_events", events, /"params":\{[^}]*\}/, '"params":null'],
    ["list_events", events, /^\[/, '[{"name":"invoice_paid"},'],
    ["get_user", "/api/v3/user.json", /"accounts":.*\]/, '"accounts":[]'],
    ["list_events", events, /"id":4829/, '"id":"4829"'],
    ["get_user", "/api/v3/user.json", /"id":\d+/, '"id":"usr_1"'],
    ["get_user", "/api/v3/user.json", /"permission":"read_only",/, ""],
  ])("%s does not match its schema when changed: %s %s", async (name, target, part, other) => {
    const answer = await dialect().ask(aQuestion(target));
    const changed = { ...answer, body: answer.body.replace(part, other) };
    expect(changed.body).not.toBe(answer.body);
    expect(validateResponse(described(name, 200), changed)).not.toEqual([]);
  });

  it.each(oauth)("$operationId matches its schema", async ({ operationId, path }) => {
    const { ask, grants, revoke } = oauthFunction();
    const answer = await ask(aTokenRequest(path, { ...grant, ...issued }));
    expect(answer.status).toBe(200);
    expect(validateResponse(described(operationId, 200), answer)).toEqual([]);
    expect(grants).toHaveBeenCalledTimes(1);
    // The client does not have the token of the sample, so nothing is revoked.
    expect(revoke).not.toHaveBeenCalled();
  });

  it.each([...reading, ...oauth])("$operationId has an example that matches its schema", ({ responses }) => {
    const { headers = {}, content = {} } = responses[200] ?? {};
    const value = content["application/json"]?.examples.sample?.value;
    const body = JSON.stringify(value);
    const shown = { status: 200, headers: { "content-type": "application/json" }, body };
    expect(validateResponse({ headers, content }, shown)).toEqual([]);
  });

  it("contain the limits and types of the code", () => {
    expect(componentOf(description.components.schemas, "FakturoidEvents").maxItems).toBe(pageSize);
    expect(componentOf(description.components.schemas, "OauthToken").properties?.expires_in).toMatchObject({
      maximum: accessTokenSeconds,
    });
    expect(componentOf(description.components.schemas, "FakturoidEvent").properties?.related_objects).toMatchObject({
      items: { properties: { type: { enum: [...new Set(Object.values(relatedObjectTypes))] } } },
    });
  });

  it("have examples in the format of the real rate-limit headers", async () => {
    const { headers } = await dialect({ used: 2 }).ask(aQuestion(events));
    expect(headers["x-ratelimit-policy"]).toBe(
      componentOf(description.components.headers, "X-RateLimit-Policy").example,
    );
    const numberless = (text = "") => text.replaceAll(/\d+/g, "0");
    expect(numberless(headers["x-ratelimit"])).toBe(
      numberless(String(componentOf(description.components.headers, "X-RateLimit").example)),
    );
  });
});

describe("OpenAPI request bodies of OAuth", () => {
  it.each(oauth)("$operationId accepts its examples", async ({ path, requestBody }) => {
    const { content = {} } = requestBody ?? {};
    expect(Object.keys(content)).toEqual(["application/json", "application/x-www-form-urlencoded"]);
    for (const { examples } of Object.values(content)) {
      expect((await oauthFunction().ask(aTokenRequest(path, examples.sample?.value))).status).toBe(200);
    }
  });

  it("refuse the same bodies as the handler", async () => {
    for (const [path, name, bodies] of [
      ["/api/v3/oauth/token", "OauthGrant", [{}, { grant_type: "password" }, { grant_type: null }]],
      ["/api/v3/oauth/revoke", "OauthRevocation", [{}, { token: "" }, { token: 7 }]],
    ] as const) {
      for (const body of bodies) {
        expect(componentValidator(name)(body)).not.toEqual([]);
        expect((await oauthFunction().ask(aTokenRequest(path, body))).status).toBe(400);
      }
    }
  });
});

const broken = async () => {
  throw new Error("secret");
};
const throwing = (error: Error) => () => {
  throw error;
};
const away = new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 });
const endless = async () => ({ events: [paid], next: paid });
const otherSubjects = async () => ({ events: [updated], next: updated });
const token = "/api/v3/oauth/token";

describe.each([
  {
    prefix: "Fakturoid",
    met: {
      user_agent: () => dialect().ask(aRequest(events)),
      invalid_value: () => dialect().ask(aQuestion(`${events}?page=0`)),
      too_broad: () => dialect({ page: otherSubjects }).ask(aQuestion(`${events}?subject_id=${sampleSubject}`)),
      unauthenticated: () => dialect().ask(aQuestion(events, { headers: agent })),
      scope_missing: () => dialect({ token: { scopes: [] } }).ask(aQuestion(events)),
      org_suspended: () => dialect({ suspended: aToken().org_ids }).ask(aQuestion(events)),
      not_found: () => dialect().ask(aQuestion(events.replace("acme", "another"))),
      rate_limited: () => dialect({ used: 401 }).ask(aQuestion(events)),
      page_unavailable: () => dialect({ page: endless }).ask(aQuestion(`${events}?page=9999`)),
      store_unavailable: () => dialect({ page: async () => throwing(away)() }).ask(aQuestion(events)),
      defect: () => dialect({ page: broken }).ask(aQuestion(events)),
    },
    name: "list_events",
  },
  {
    prefix: "Oauth",
    met: {
      user_agent: () => oauthFunction().ask(aRequest(token, { method: "POST" })),
      invalid_value: () => {
        const malformed = new ActivityError(
          "invalid_value",
          "The body must be JSON in UTF-8, without a byte order mark.",
        );
        return oauthFunction().ask(aTokenRequest(token, null, { body: throwing(malformed) }));
      },
      required_field: () => oauthFunction().ask(aTokenRequest(token, {})),
      grant_type: () => oauthFunction().ask(aTokenRequest(token, { grant_type: "password" })),
      unauthenticated: () => oauthFunction({ token: { scopes: [] } }).ask(aTokenRequest(token, grant)),
      org_suspended: () => oauthFunction({ suspended: aToken().org_ids }).ask(aTokenRequest(token, grant)),
      too_large: () => {
        const error = new ActivityError("too_large", "The body is too large.");
        return oauthFunction().ask(aTokenRequest(token, null, { body: throwing(error) }));
      },
      unsupported_media_type: () => {
        const error = new ActivityError(
          "unsupported_media_type",
          "The body must be JSON. Set the header Content-Type accordingly, for example to application/json.",
        );
        return oauthFunction().ask(aTokenRequest(token, null, { body: throwing(error) }));
      },
      rate_limited: () => oauthFunction({ used: 401 }).ask(aTokenRequest(token, grant)),
      store_unavailable: () => oauthFunction().ask(aTokenRequest(token, null, { body: throwing(away) })),
      defect: () => oauthFunction().ask(aTokenRequest(token, null, { body: throwing(new Error("secret")) })),
    },
    name: "oauth_token",
  },
] as const)("OpenAPI errors of $prefix", ({ prefix, met, name }) => {
  const problems = errorResponsesOf(prefix);

  it("contain exactly the errors that the handlers return", () => {
    const shown = problems.flatMap(({ content }) => Object.keys(content["application/json"]?.examples ?? {}));
    expect(shown.sort()).toEqual(Object.keys(met).sort());
  });

  it.each(Object.entries(met))("%s is returned as its example shows", async (code, meet) => {
    const answer = await meet();
    const response = problems.find(({ content }) =>
      Object.hasOwn(content["application/json"]?.examples ?? {}, code),
    ) ?? { headers: {}, content: {} };
    expect(validateResponse(response, answer)).toEqual([]);
    const value = JSON.stringify(response.content["application/json"]?.examples[code]?.value);
    expect(answer.body).toBe(value.replace("Kx3bTjQeoAMEVvg=", "req-1"));
    expect(described(name, answer.status)).toEqual(response);
  });

  it("refuse other shapes", () => {
    const valid = { error: "not_found", error_description: "Resource not found. Check the path and the account." };
    expect(componentValidator(`${prefix}Problem`)(valid)).toEqual([]);
    for (const changed of [{ error: "not_found" }, { ...valid, error: "gone" }, { ...valid, code: 404 }, {}]) {
      expect(componentValidator(`${prefix}Problem`)(changed)).not.toEqual([]);
    }
  });
});
