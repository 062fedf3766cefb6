import { describe, expect, it, vi } from "vitest";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import { renderError } from "#shared/api/simplybooks/errors.ts";
import { parseActivityFilter } from "#shared/api/simplybooks/filter/conditions.ts";
import { createSimplybooksHandler } from "#shared/api/simplybooks/handler.ts";
import { activityFields } from "#shared/api/simplybooks/mapping.ts";
import { simplybooksOperations } from "#shared/api/simplybooks/operations/simplybooks-operations.ts";
import { maxTake } from "#shared/api/simplybooks/parameters.ts";
import type { Token } from "#shared/auth/caller.ts";
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

const list = "/api/v1/activities";
const own = operations.filter(({ path }) => path.startsWith("/api/v1/"));

const findRoute = createRouter(simplybooksOperations);

const older = anEvent({
  event_id: `evt_${"0".repeat(32)}`,
  action: "CONTACT_CREATED",
  entity_type: "CONTACT",
  entity_id: "7041",
  actor: toJsonText({ name: "Jan & <co>" }),
  contact_id: "7041",
  occurred_at: "2026-05-10T08:30:12.000Z",
});
const newer = anEvent({
  actor_user_id: null,
  related: toJsonText([
    { entity_type: "CONTACT", entity_id: "7041" },
    { entity_type: "ESTIMATE", entity_id: "est 1/2" },
  ]),
  contact_id: "7041",
});
const bare = anEvent({ entity_type: "ACCOUNT", action: "ACCOUNT_BACKUP_CREATED", entity_ref: null });

type Log = {
  readonly events?: readonly ActivityEvent[];
  readonly page?: EventReader["readPage"];
  readonly token?: Partial<Token>;
  readonly used?: number;
  readonly suspended?: readonly string[];
};

/** The dialect over some events, what it asked of the log, and its answers with all their headers. */
function dialect({ events = [newer, older], token, used = 1, suspended = [], ...log }: Log = {}) {
  const whole: EventPage = { events, next: null };
  const page = vi.fn<EventReader["readPage"]>(log.page ?? (async () => whole));
  const places: PageCheckpointStore = { findNearest: async () => [], put: async () => undefined };
  const answer = createSimplybooksHandler({
    events: { readPage: page },
    checkpoints: places,
    tokens: tokenPorts(() => aToken(token), used, suspended),
    orgs: { get: async (org_id) => anOrg({ org_id, account_number: org_id === "org_b" ? "1002" : null }) },
    now: () => new Date("2026-06-01T12:00:43.000Z"),
  });
  const ask = async (request: HttpRequest): Promise<HttpResponse> => {
    const trace: RequestContext = { responseHeaders: {}, auditFields: {} };
    const response = await answer(request, trace).catch((error: unknown) => renderError(error, request));
    return {
      ...response,
      headers: { ...response.headers, ...trace.responseHeaders, "x-request-id": request.requestId },
    };
  };
  return { ask, page };
}

const described = (name: string, status: number) => operationOf(name).responses[status] ?? { headers: {}, content: {} };

/** The number that the list shows for an event. */
async function idOf(event: ActivityEvent): Promise<string> {
  const { body } = await dialect({ events: [event] }).ask(aRequest(`${list}?format=json`));
  const [activity]: { readonly activity_id: string }[] = JSON.parse(body);
  return activity?.activity_id ?? "";
}

describe("OpenAPI paths of SimplyBooks", () => {
  it("declare the parameters of each path", () => {
    for (const { path, parameters = [] } of own) {
      const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => `{${name}}`);
      expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  });
});

describe("OpenAPI parameters of SimplyBooks", () => {
  const variations: Readonly<Record<string, string>> = {
    search: "zzz",
    filter: "type=quote_create",
    fields: "type",
    skip: "1",
    take: "1",
    format: "json",
    sort: "date",
    page: "2",
    limit: "1",
    since: "2026-05-11",
    x: "1",
  };
  /** What is read and answered, which a parameter that means something changes. */
  async function outcome(target: string) {
    const { ask, page } = dialect();
    const { status, body } = await ask(aRequest(target));
    return { status, seen: JSON.stringify([page.mock.calls, body]) };
  }

  it.each(own)(
    "$operationId declares exactly the parameters that change its response",
    async ({ path, parameters = [] }) => {
      const target = path.replace("{activity_id}", await idOf(newer));
      const plain = await outcome(target);
      expect(plain.status).toBe(200);
      const changing: string[] = [];
      for (const [name, value] of Object.entries(variations)) {
        const { status, seen } = await outcome(`${target}?${name}=${encodeURIComponent(value)}`);
        if (status === 200 && seen !== plain.seen) changing.push(name);
      }
      const queried = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
      expect(new Set(queried)).toEqual(new Set(changing));
    },
  );

  it.each(own)("$operationId returns 400 when a parameter is repeated", async ({ path, parameters = [] }) => {
    const target = path.replace("{activity_id}", await idOf(newer));
    for (const { name } of parameters.filter((parameter) => parameter.in === "query")) {
      const value = encodeURIComponent(variations[name] ?? "");
      const { status, body } = await dialect().ask(aRequest(`${target}?${name}=${value}&${name}=${value}`));
      expect([name, status, body]).toEqual([name, 400, expect.stringContaining(`${name} is given more than once`)]);
    }
  });

  it("declare X-AccountId for every operation, by id or number", async () => {
    const token = { org_ids: ["org_a", "org_b"] };
    for (const { parameters = [], path } of own) {
      expect(parameters).toContainEqual(expect.objectContaining({ name: "X-AccountId", in: "header" }));
      const target = path.replace("{activity_id}", await idOf(newer));
      for (const account of ["org_a", "1002"]) {
        const headers = { "x-api-key": aSecret(), "x-accountid": account };
        expect((await dialect({ token }).ask(aRequest(target, { headers }))).status).toBe(200);
      }
      expect((await dialect({ token }).ask(aRequest(target))).status).toBe(400);
    }
  });

  const [filterParameter, fields, take] = ["Filter", "Fields", "Take"].map((name) =>
    componentOf(description.components.parameters, `Simplybooks${name}`),
  );

  it("have filter operators and examples that parse as described", () => {
    const [signs = "", words = ""] = filterParameter?.description.split("or `field__eq__value`") ?? [];
    const spelled = [
      ...[...signs.matchAll(/`([=!<>~]{1,2})`/g)].map(([, sign]) => `type${sign}x`),
      ...[...words.matchAll(/`([a-z]{2})`/g)].map(([, word]) => `type__${word}__x`),
    ];
    const operators = spelled.flatMap((text) => parseActivityFilter(text)).map(({ operator }) => operator);
    expect(spelled).toHaveLength(13);
    expect(new Set(operators)).toEqual(new Set(["eq", "ne", "le", "ge", "lt", "gt", "contains"]));
    for (const { value } of Object.values(filterParameter?.examples ?? {})) {
      expect(parseActivityFilter(value).length).toBe(value.split(",").length);
    }
  });

  it.each([
    ["date<=2026-05-11", 2],
    ["date>2026-05-11", 0],
    ["date=2026-05-11", 1],
    ["date__lt__2026-05-11", 1],
  ])("describe a date without a time as the whole day: %s", async (filter, count) => {
    const { body } = await dialect().ask(aRequest(`${list}?format=json&filter=${encodeURIComponent(filter)}`));
    expect(JSON.parse(body)).toHaveLength(count);
  });

  it("contain the limits of the code", async () => {
    expect(take?.schema).toEqual({ type: "integer", minimum: 1, maximum: maxTake, default: maxTake });
    expect((await dialect().ask(aRequest(`${list}?take=${maxTake}`))).status).toBe(200);
    expect((await dialect().ask(aRequest(`${list}?take=${maxTake + 1}`))).status).toBe(400);
    expect(fields?.schema.items?.enum).toEqual(activityFields);
  });
});

describe.each(["xml", "json"])("OpenAPI responses of SimplyBooks in %s", (format) => {
  const events = [newer, older, bare];

  it.each([
    ["list_activities", list],
    ["list_activities", `${list}?fields=references,type`],
    ["list_activities", `${list}?fields=linked_quote_id`],
    ["list_activities", `${list}?search=nothing-has-this`],
    ["get_current_account", "/api/v1/accounts/current"],
  ])("%s matches its schema: %s", async (name, target) => {
    const request = aRequest(target);
    request.query.set("format", format);
    const response = await dialect({ events }).ask(request);
    expect(response.status).toBe(200);
    expect(validateResponse(described(name, 200), response)).toEqual([]);
  });

  it.each([newer, older, bare])("get_activity matches its schema: $action", async (event) => {
    const target = `${list}/${await idOf(event)}?format=${format}`;
    const response = await dialect({ events }).ask(aRequest(target));
    expect(response.status).toBe(200);
    expect(validateResponse(described("get_activity", 200), response)).toEqual([]);
  });

  it.each([
    ["list_activities", /activity_id/g, "id"],
    ["list_activities", /reference_type/g, "kind"],
    ["list_activities", /2026-05-11 08/g, "2026-05-11T08"],
    ["list_activities", /invoices/g, "spaceships"],
    ["get_activity", /uri/g, "url"],
    ["get_current_account", /number/g, "no"],
  ])("%s does not match its schema when changed: %s", async (name, part, other) => {
    const target = operationOf(name).path.replace("{activity_id}", await idOf(newer));
    const response = await dialect({ events }).ask(aRequest(`${target}?format=${format}`));
    const changed = { ...response, body: response.body.replaceAll(part, other) };
    expect(changed.body).not.toBe(response.body);
    expect(validateResponse(described(name, 200), changed)).not.toEqual([]);
  });

  it("match the examples", () => {
    for (const { operationId } of own) {
      const { schema, examples } = described(operationId, 200).content[`application/${format}`] ?? {};
      expect(Object.keys(examples ?? {})).toEqual(["sample"]);
      const value = examples?.sample?.value;
      const body = typeof value === "string" ? value : JSON.stringify(value);
      const headers = { "content-type": `application/${format}` };
      expect(schema && validateResponse(described(operationId, 200), { status: 200, headers, body })).toEqual([]);
    }
  });
});

describe("OpenAPI schema of an activity", () => {
  it("has the fields of the contract in order", () => {
    expect(Object.keys(componentOf(description.components.schemas, "SimplybooksActivity").properties ?? {})).toEqual(
      activityFields,
    );
  });

  it("requires all fields only without the parameter fields", async () => {
    const { body } = await dialect({ events: [newer] }).ask(aRequest(`${list}?format=json`));
    const [whole]: Record<string, unknown>[] = JSON.parse(body);
    expect(Object.keys(whole ?? {})).toEqual(activityFields);
    expect(componentValidator("SimplybooksActivity")(whole)).toEqual([]);
    for (const changed of [
      { ...whole, activity_id: 17 },
      { ...whole, org_id: "org_a" },
      { ...whole, references: null },
    ]) {
      expect(componentValidator("SimplybooksActivity")(JSON.parse(JSON.stringify(changed)))).not.toEqual([]);
    }
    expect(componentValidator("SimplybooksActivity")({})).not.toEqual([]);
  });
});

describe("OpenAPI errors of SimplyBooks", () => {
  const endless = async () => ({ events: [older], next: older });
  const huge = Array.from({ length: maxTake }, () => anEvent({ information: "x".repeat(60_000) }));
  const asked = (target: string, log: Log = {}, over: Partial<HttpRequest> = {}) => ({ target, log, over });

  /** A request that meets each of them. */
  const met: Readonly<Record<string, ReturnType<typeof asked>>> = {
    invalid_value: asked(`${list}?take=101`),
    required_field: asked(list, { token: { org_ids: ["org_a", "org_b"] } }),
    too_broad: asked(`${list}?search=nothing-has-this`, { page: endless }),
    too_large: asked(list, { events: huge }),
    unauthenticated: asked(list, {}, { headers: {} }),
    scope_missing: asked(list, { token: { scopes: [] } }),
    org_mismatch: asked(list, {}, { headers: { "x-api-key": aSecret(), "x-accountid": "org_z" } }),
    org_suspended: asked(list, { suspended: [aToken().org_ids[0] ?? ""] }),
    not_found: asked(`${list}/17`, { events: [] }),
    rate_limited: asked(list, { used: 601 }),
    unavailable: asked(`${list}?skip=100000`, { page: endless }),
    defect: asked(list, {
      page: async () => {
        throw new Error("secret");
      },
    }),
  };

  const problems = errorResponsesOf("Simplybooks");
  const withExample = (code: string) =>
    problems.find(({ content }) => Object.hasOwn(content["application/json"]?.examples ?? {}, code));

  it("contain exactly the errors that the handler returns", () => {
    const shown = problems.flatMap(({ content }) =>
      Object.values(content).flatMap(({ examples }) => Object.keys(examples)),
    );
    expect(shown.sort()).toEqual([...Object.keys(met), ...Object.keys(met)].sort());
  });

  it.each(Object.entries(met).flatMap(([code, met]) => ["xml", "json"].map((format) => ({ code, format, ...met }))))(
    "$code in $format is returned as its example shows",
    async ({ code, format, target, log, over }) => {
      const request = aRequest(target, { requestId: "Kx3bTjQeoAMEVvg=", ...over });
      request.query.set("format", format);
      const answer = await dialect(log).ask(request);
      const response = withExample(code) ?? { headers: {}, content: {} };
      expect(validateResponse(response, answer)).toEqual([]);
      const value = response.content[`application/${format}`]?.examples[code]?.value;
      expect(value).toEqual(format === "json" ? JSON.parse(answer.body) : answer.body);
      const { operationId } = findRoute(request.method, request.path).operation;
      expect(described(operationId, answer.status)).toEqual(response);
    },
  );

  it("refuse other shapes", () => {
    expect(componentValidator("SimplybooksProblem")({ error: "type unknown" })).toEqual([]);
    for (const changed of [{}, { error: null }, { error: "type unknown", code: 1 }, { errors: ["x"] }]) {
      expect(componentValidator("SimplybooksProblem")(changed)).not.toEqual([]);
    }
  });
});
