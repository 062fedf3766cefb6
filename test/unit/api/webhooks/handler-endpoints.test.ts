import { describe, expect, it } from "vitest";
import { initialHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import { webhooksApi } from "#test/support/api/webhooks-dialect.ts";
import { testNow } from "#test/support/builders.ts";

const settings = { url: "https://hooks.example.com/in?key=hidden", events: ["invoice.*", "*.voided"] };

async function withEndpoint(over: object = {}) {
  const dialect = webhooksApi();
  const created = await dialect.ask("POST", "/endpoints", { body: { ...settings, ...over } });
  const { endpoint } = JSON.parse(created.body);
  const id: string = endpoint.endpoint_id;
  return { ...dialect, created, endpoint, id, at: `/endpoints/${id}` };
}

const keys = [
  "endpoint_id",
  "url",
  "events",
  "entity_id",
  "description",
  "status",
  "disabled_reason",
  "disabled_at",
  "created_at",
  "updated_at",
  "header_names",
];

describe("POST /webhooks/endpoints", () => {
  it("returns the endpoint with its secret, in the envelope and order of the contract", async () => {
    const { created, endpoint } = await withEndpoint({ description: "Ledger" });
    expect(created).toMatchObject({ status: 201, headers: { "content-type": "application/json" } });
    expect(Object.keys(JSON.parse(created.body))).toEqual(["code", "message", "endpoint"]);
    expect(Object.keys(endpoint)).toEqual(keys.toSpliced(2, 0, "secret"));
    expect(endpoint).toEqual({
      endpoint_id: expect.stringMatching(/^wh_[0-9a-f]{32}$/),
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      ...settings,
      entity_id: null,
      description: "Ledger",
      status: "enabled",
      disabled_reason: null,
      disabled_at: null,
      created_at: "2026-06-01T12:00:30Z",
      updated_at: "2026-06-01T12:00:30Z",
      header_names: [],
    });
  });

  it("returns the names of headers, here and later, but never their values", async () => {
    const headers = { "X-Api-Key": "key-of-the-gateway", Authorization: "Basic a2V5" };
    const { ask, at, created, endpointEvents, trace } = await withEndpoint({ headers });
    const changed = await ask("PATCH", at, { body: { headers: { "X-Other": "key-of-another" } } });
    const responses = [created, await ask("GET", at), await ask("GET", "/endpoints"), changed];
    expect(JSON.parse(created.body).endpoint.header_names).toEqual(["X-Api-Key", "Authorization"]);
    expect(JSON.parse(changed.body).endpoint.header_names).toEqual(["X-Other"]);
    expect(JSON.stringify([responses, endpointEvents, trace])).not.toMatch(/key-of|a2V5/);
  });

  it("records the user of the token and the request id in the event", async () => {
    const { endpointEvents } = await withEndpoint();
    expect(endpointEvents[0]).toMatchObject({ actor_user_id: "usr_of_org_a", org_id: "org_a" });
    expect(JSON.parse(endpointEvents[0]?.metadata ?? "")).toMatchObject({
      request_id: "req-1",
      token_id: expect.stringMatching(/^tok_/),
    });
  });

  it.each([
    ["description", "a\u202eb"],
    ["description", "a\u200bb"],
    ["entity_id", "ok\u202egnp"],
  ])("refuses a %s with invisible or bidirectional characters: %j", async (field, value) => {
    const { ask, endpointEvents } = webhooksApi();
    const { status, body } = await ask("POST", "/endpoints", { body: { ...settings, [field]: value } });
    expect([status, JSON.parse(body)]).toEqual([400, expect.objectContaining({ field })]);
    expect(endpointEvents).toEqual([]);
  });

  it("refuses the host of the request and the API's own hosts", async () => {
    const { ask } = webhooksApi();
    for (const host of ["api.example.com", "API.example.com:443", "own.example.com"]) {
      const { status, body } = await ask("POST", "/endpoints", { body: { ...settings, url: `https://${host}/x` } });
      expect([host, status, JSON.parse(body).field]).toEqual([host, 400, "url"]);
    }
  });

  it("returns 409 when the organisation has fifty endpoints", async () => {
    const { ask } = webhooksApi();
    const create = (n: number) => ask("POST", "/endpoints", { body: { ...settings, url: `${settings.url}?n=${n}` } });
    for (let n = 0; n < 50; n++) expect((await create(n)).status).toBe(201);
    const { status, body } = await create(50);
    expect([status, JSON.parse(body).code]).toEqual([409, "conflict.duplicate"]);
    expect(JSON.parse((await ask("GET", "/endpoints")).body).endpoints).toHaveLength(50);
  });
});

describe("GET /webhooks/endpoints", () => {
  it("returns the endpoints, oldest first, without secrets", async () => {
    const { ask, clock, endpoint } = await withEndpoint();
    clock.now = new Date(testNow.getTime() + 1);
    expect((await ask("POST", "/endpoints", { body: settings })).status).toBe(409);
    await ask("POST", "/endpoints", { body: { ...settings, url: `${settings.url}?n=2` } });
    const { endpoints } = JSON.parse((await ask("GET", "/endpoints")).body);
    expect(endpoints).toHaveLength(2);
    expect(endpoints[0].endpoint_id).toBe(endpoint.endpoint_id);
    expect(Object.keys(endpoints[0])).toEqual(keys);
    expect(JSON.parse((await webhooksApi().ask("GET", "/endpoints")).body)).toEqual({
      code: 0,
      message: "success",
      endpoints: [],
    });
  });

  it("returns one endpoint with its health", async () => {
    const { ask, at } = await withEndpoint();
    const { endpoint } = JSON.parse((await ask("GET", at)).body);
    expect(Object.keys(endpoint)).toEqual([...keys, "health"]);
    expect(endpoint.health).toEqual({
      circuit: "closed",
      open_until: null,
      consecutive_failures: 0,
      failing_since: null,
      last_success_at: null,
      average_duration_ms: null,
    });
  });

  const now = testNow.getTime();
  it.each([
    [{ failures: 4, failing_since: now - 1_500 }, "closed"],
    [{ failures: 5, open_until: now + 1 }, "open"],
    [{ failures: 0, open_until: now + 1 }, "open"],
    [{ failures: 5, open_until: now }, "half_open"],
    [{ failures: 4, open_until: now }, "closed"],
  ])("of health %j returns the circuit %s", async (over, circuit) => {
    const { ask, at, id, ports } = await withEndpoint();
    await ports.health.update(id, initialHealth, { ...initialHealth, last_success_at: 0, ...over });
    const { health } = JSON.parse((await ask("GET", at)).body).endpoint;
    expect(health).toMatchObject({
      circuit,
      consecutive_failures: over.failures,
      last_success_at: "1970-01-01T00:00:00Z",
    });
    expect(health.open_until).toBe(circuit === "open" ? "2026-06-01T12:00:30.001Z" : null);
    if ("failing_since" in over) expect(health.failing_since).toBe("2026-06-01T12:00:28.500Z");
  });
});

describe("GET /webhooks/endpoints?include=health", () => {
  const list = (include: string) => ({ over: { query: new URLSearchParams({ include }) } });

  it("returns the health of each endpoint, also of one to which nothing was sent", async () => {
    const { ask, at, id, ports } = await withEndpoint();
    await ask("POST", "/endpoints", { body: { ...settings, url: "https://hooks.example.com/new" } });
    await ports.health.update(id, initialHealth, { ...initialHealth, failures: 2, latency_ms: 120 });
    const { endpoints } = JSON.parse((await ask("GET", "/endpoints", list("health"))).body);
    expect(endpoints[0]).toEqual(JSON.parse((await ask("GET", at)).body).endpoint);
    expect(endpoints[0].health).toMatchObject({ consecutive_failures: 2, average_duration_ms: 120 });
    expect(endpoints[1].health).toMatchObject({ consecutive_failures: 0, average_duration_ms: null });
  });

  it("refuses to include anything else", async () => {
    const { ask } = await withEndpoint();
    const { status, body } = await ask("GET", "/endpoints", list("secret"));
    expect([status, JSON.parse(body)]).toMatchObject([400, { field: "include", details: { valid: ["health"] } }]);
  });
});

describe("PATCH /webhooks/endpoints/{endpoint_id}", () => {
  it("returns the changed endpoint", async () => {
    const { ask, at, clock } = await withEndpoint();
    clock.now = new Date("2026-06-01T12:05:00.125Z");
    const { status, body } = await ask("PATCH", at, { body: { enabled: false, events: ["*"] } });
    expect(status).toBe(200);
    expect(Object.keys(JSON.parse(body))).toEqual(["code", "message", "endpoint"]);
    expect(Object.keys(JSON.parse(body).endpoint)).toEqual(keys);
    expect(JSON.parse(body).endpoint).toMatchObject({
      events: ["*"],
      status: "disabled",
      disabled_reason: "owner",
      disabled_at: "2026-06-01T12:05:00.125Z",
      updated_at: "2026-06-01T12:05:00.125Z",
      created_at: "2026-06-01T12:00:30Z",
    });
  });

  it("returns an accepted replay body when it enables the endpoint", async () => {
    const { ask, at, clock } = await withEndpoint({ enabled: false });
    clock.now = new Date("2026-06-01T13:00:00.000Z");
    const { missed } = JSON.parse((await ask("PATCH", at, { body: { enabled: true } })).body);
    // From three days before: what was being tried when it was disabled failed with it.
    expect(missed).toEqual({ since: "2026-05-29T12:00:30Z", until: "2026-06-01T13:00:00Z", only: "failed" });
    expect((await ask("POST", `${at}/replay`, { body: missed })).status).toBe(202);
  });

  it("changes nothing with an empty patch", async () => {
    const { ask, at, endpointEvents } = await withEndpoint();
    for (const body of [undefined, {}, { enabled: true }]) expect((await ask("PATCH", at, { body })).status).toBe(200);
    expect(endpointEvents).toHaveLength(1);
  });
});

it("DELETE /webhooks/endpoints/{endpoint_id} returns 200, then 404", async () => {
  const { ask, at } = await withEndpoint();
  expect(await ask("DELETE", at)).toMatchObject({ status: 200, body: '{"code":0,"message":"success"}' });
  expect((await ask("DELETE", at)).status).toBe(404);
  expect((await ask("GET", at)).status).toBe(404);
});

it("POST /webhooks/endpoints/{endpoint_id}/rotate-secret returns the new secret and accepts an empty body", async () => {
  const { ask, at, endpoint, ports, id } = await withEndpoint();
  const { status, body } = await ask("POST", `${at}/rotate-secret`);
  expect(status).toBe(200);
  expect(Object.keys(JSON.parse(body).endpoint)).toEqual(keys.toSpliced(2, 0, "secret"));
  expect(JSON.parse(body).endpoint.secret).not.toBe(endpoint.secret);
  const secrets = (await ports.endpoints.get("org_a", id))?.secrets;
  expect(secrets?.map(({ expires_at }) => expires_at)).toEqual([null, "2026-06-02T12:00:30.000Z"]);
});

describe("concurrent changes of an endpoint", () => {
  it("return 409 and ask to retry", async () => {
    const { at, ports } = await withEndpoint();
    const other = webhooksApi();
    Object.assign(other.ports.endpoints, { get: ports.endpoints.get, update: async () => false });
    const { status, body } = await other.ask("PATCH", at, { body: { description: "x" } });
    expect([status, JSON.parse(body).message]).toEqual([409, expect.stringContaining("Try again")]);
  });
});
