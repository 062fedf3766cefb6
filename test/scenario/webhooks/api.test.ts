import { randomUUID } from "node:crypto";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { endpointReader } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { readLogs } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";
import { startReceiver } from "#test/support/webhooks/receiver.ts";
import {
  isSettled,
  isWaitingForRetry,
  type Subscriber,
  startWebhooksStack,
  type WebhooksApiResponse,
  type WebhooksStack,
} from "#test/support/webhooks/webhooks-stack.ts";

const url = "https://hooks.example.com/in";
const events = ["invoice.*"];
/** A URL that no other endpoint has. */
const freshUrl = () => `${url}/${randomUUID()}`;
const unknownId = `wh_${"0".repeat(32)}`;

let stack: WebhooksStack;
let subscriber: Subscriber;

beforeAll(async () => {
  stack = await startWebhooksStack();
  subscriber = await stack.subscriber();
});

const refused = (field: string, code = "validation.invalid_value") => ({ status: 400, body: { code, field } });

describe("creating and changing an endpoint: url", () => {
  const label = (length: number) => "a".repeat(length);
  const create = (text: string) => subscriber.request("POST", "/endpoints", { url: text, events });

  it.each([
    "https://hooks.example.com/any",
    "http://127.0.0.1:8080/in",
    "http://localhost:8080/",
    "http://[::1]:8080/",
  ])("accepts %s in the local runtime", async (text) => {
    const { status, body } = await create(text);
    expect({ status, body }).toMatchObject({ status: 201, body: { endpoint: { url: text } } });
  });

  it.each([
    ["is not https", ["http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "javascript:1"]],
    ["is not a URL", ["", "/in", "hooks.example.com", "https://", "https:///in", "https:hooks.example.com"]],
    [
      "contains credentials",
      ["https://a@hooks.example.com/", "https://a:b@hooks.example.com/", "http://a@127.0.0.1:8080/"],
    ],
    [
      "has a port of another protocol or an invalid one",
      [
        "https://hooks.example.com:0/",
        "https://hooks.example.com:22/",
        "http://127.0.0.1:25/",
        "https://a.example:65536/",
      ],
    ],
    ["has a fragment", ["https://hooks.example.com/#a", "https://hooks.example.com/#"]],
    [
      "contains characters that URLs do not have",
      [
        "https://hooks.example.com\\@a",
        "https://hooks.\texample.com/",
        "https://a.example/\nin",
        " https://a.example/",
      ],
    ],
    [
      "has a host in an unusual spelling",
      ["https://ＥＸＡＭＰＬＥ.com/", "https://münchen.example/", "https://%65xample.com/", "https://ex%00ample.com/"],
    ],
    [
      "has a host that is not a DNS name",
      [
        `https://${label(64)}.example/`,
        `https://${"a.".repeat(130)}example/`,
        "https://a..example/",
        "https://a b.example/",
      ],
    ],
    [
      "has a host that is not on the public Internet",
      [
        "https://a.localhost/",
        "https://metadata.google.internal/",
        "https://instance-data/",
        "https://printer.local/",
        "https://router.home.arpa/",
      ],
    ],
    [
      "has an address that is not public",
      [
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://169.254.170.2/",
        "https://198.18.0.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::7f00:1]/",
        "https://[::a9fe:a9fe]/",
        "https://[::5efe:7f00:1]/",
        "https://[1::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fc00::1]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[3fff::1]/",
        "https://[5f00::1]/",
      ],
    ],
    [
      "has an address that parsers read differently",
      [
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://①②⑦.0.0.1/",
        "https://[::1%25lo]/",
        "https://[fe80::1%25eth0]/",
      ],
    ],
    ["is too long", [`https://hooks.example.com/${"a".repeat(2_048)}`]],
  ])("rejects a URL that %s", async (_, texts) => {
    const responses = await Promise.all(texts.map(create));
    const accepted = texts.filter((_, at) => responses[at]?.status !== 400);
    expect(accepted).toEqual([]);
    for (const response of responses) expect(response).toMatchObject(refused("url"));
  });

  it("rejects a URL that points to this API", async () => {
    const { port } = new URL(stack.api);
    for (const host of ["127.0.0.1", "localhost", "[::1]", "127.0.0.2", "localhost."]) {
      expect(await create(`http://${host}:${port}/hook`)).toMatchObject(refused("url"));
    }
  });

  it("rejects the same URLs in a change", async () => {
    const own = freshUrl();
    const { endpoint_id } = await subscriber.subscribe(own);
    for (const text of ["https://10.0.0.1/", "http://hooks.example.com/", `${stack.api}/hook`]) {
      expect(await subscriber.request("PATCH", `/endpoints/${endpoint_id}`, { url: text })).toMatchObject(
        refused("url"),
      );
    }
    expect(await subscriber.request("GET", `/endpoints/${endpoint_id}`)).toMatchObject({
      body: { endpoint: { url: own } },
    });
  });
});

type Body = NonNullable<RequestInit["body"]>;

/** Sends a body unchanged. Returns the status and the body of the response. */
async function send(body: Body, headers: Record<string, string> = { "content-type": "application/json" }) {
  const init = { method: "POST", body, headers: { ...subscriber.headers, ...headers } };
  const response = await fetch(`${stack.api}/api/public/v1/webhooks/endpoints`, init);
  return { status: response.status, body: await response.json() };
}

describe("creating an endpoint: request body", () => {
  const valid = JSON.stringify({ url, events });

  it.each<[string, Body]>([
    ["a form", "url=https://hooks.example.com/"],
    ["truncated JSON", valid.slice(0, -1)],
    ["JSON after a byte order mark", `\uFEFF${valid}`],
    ["JSON in UTF-16", Buffer.from(valid, "utf16le")],
    ["not text", Buffer.from([0xff, 0xfe, 0x00, 0x9f])],
  ])("is rejected when it is %s", async (_, body) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { code: "validation.invalid_value" } });
  });

  it.each(["[]", "null", "1", '"text"', `[${valid}]`])("is rejected when it is not an object: %s", async (body) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { code: "validation.invalid_value" } });
  });

  it("is rejected unless its content type is JSON", async () => {
    for (const type of ["", "text/plain", "application/x-www-form-urlencoded"]) {
      const headers = { "content-type": type };
      expect(await send(new Blob([valid]), headers)).toMatchObject(refused("Content-Type"));
    }
    const another = JSON.stringify({ url: freshUrl(), events });
    expect(await send(another, { "content-type": "application/json; charset=utf-8" })).toMatchObject({ status: 201 });
  });

  it("has at most 64 KiB", async () => {
    const another = JSON.stringify({ url: freshUrl(), events });
    const padded = (size: number) => another + " ".repeat(size - another.length);
    expect(await send(padded(65_536))).toMatchObject({ status: 201 });
    expect(await send(padded(65_537))).toMatchObject({ status: 413, body: { code: "validation.too_large" } });
    expect(await send("x".repeat(1_000_000))).toMatchObject({ status: 413 });
  });

  it.each<[string, object, string]>([
    ["an unknown field", { url, events, colour: "red" }, "colour"],
    ["an id of its own", { url, events, endpoint_id: unknownId }, "endpoint_id"],
    ["another organisation", { url, events, org_id: "org_8f9a1c2d" }, "org_id"],
    ["a secret of its own", { url, events, secret: "whsec_AAAA" }, "secret"],
    ["a url that is not a text", { url: { href: url }, events }, "url"],
    ["no filters", { url, events: [] }, "events"],
    ["one filter without a list", { url, events: "invoice.*" }, "events"],
    ["an invalid filter", { url, events: ["invoice.*", "Invoice.Sent"] }, "events"],
    ["a filter of an unknown entity", { url, events: ["unicorn.*"] }, "events"],
    ["too many filters", { url, events: Array.from({ length: 51 }, (_, n) => `invoice.v${n}`) }, "events"],
    ["an empty entity_id", { url, events, entity_id: "" }, "entity_id"],
    ["control characters", { url, events, description: "a\u0000b" }, "description"],
    ["a direction override", { url, events, description: "abc\u202egnp.exe" }, "description"],
    ["an invisible character", { url, events, entity_id: "inv\u200b1" }, "entity_id"],
    ["a status that is not a boolean", { url, events, enabled: "yes" }, "enabled"],
  ])("is rejected when it contains %s", async (_, body, field) => {
    expect(await subscriber.request("POST", "/endpoints", body)).toMatchObject(refused(field));
  });

  it.each(["url", "events"])("is rejected without %s", async (field) => {
    const body = { url, events, [field]: undefined };
    expect(await subscriber.request("POST", "/endpoints", body)).toMatchObject(
      refused(field, "validation.required_field"),
    );
  });

  it.each(["__proto__", "constructor", "toString"])("is rejected when it contains %s", async (name) => {
    expect(await send(`{"url":"${url}","events":["*"],"${name}":{"enabled":false}}`)).toMatchObject({ status: 400 });
  });

  it("is rejected like any other invalid body when it is deeply nested", async () => {
    const deep = `${'{"url":'.repeat(5_000)}1${"}".repeat(5_000)}`;
    expect(await send(deep)).toMatchObject({ status: 400 });
    expect(await send(`${"[".repeat(30_000)}${"]".repeat(30_000)}`)).toMatchObject({ status: 400 });
  });
});

it("POST /endpoints rejects the fifty-first endpoint until one is deleted", async () => {
  const owner = await stack.subscriber();
  const responses = await Promise.all(
    Array.from({ length: 51 }, () => owner.request("POST", "/endpoints", { url: freshUrl(), events })),
  );
  const byStatus = Object.groupBy(responses, ({ status }) => status);
  expect(Object.entries(byStatus).map(([status, all]) => [status, all?.length])).toEqual([
    ["201", 50],
    ["409", 1],
  ]);
  expect(byStatus[409]?.[0]?.body).toMatchObject({
    code: "conflict.duplicate",
    message: expect.stringContaining("50"),
  });
  const { endpoints } = Object((await owner.request("GET", "/endpoints")).body);
  expect(endpoints).toHaveLength(50);
  await owner.request("DELETE", `/endpoints/${endpoints[0].endpoint_id}`);
  expect(await owner.request("POST", "/endpoints", { url, events })).toMatchObject({ status: 201 });
});

it("POST /endpoints rejects a second endpoint that would receive the same events at the same URL", async () => {
  const owner = await stack.subscriber();
  const { endpoint_id } = await owner.subscribe(url);
  const again = await owner.request("POST", "/endpoints", {
    url: "https://HOOKS.example.com:443/in",
    events: ["*.sent"],
  });
  expect(again).toMatchObject({
    status: 409,
    body: { code: "conflict.duplicate", field: "url", message: expect.stringContaining(endpoint_id) },
  });
  expect(await owner.request("POST", "/endpoints", { url, events: ["bill.*"] })).toMatchObject({ status: 201 });
});

describe("an endpoint of another organisation", () => {
  const routes: readonly (readonly [string, string, object?])[] = [
    ["GET", ""],
    ["PATCH", "", { description: "mine" }],
    ["DELETE", ""],
    ["POST", "/rotate-secret", {}],
    ["POST", "/test", {}],
    ["GET", "/deliveries"],
    ["GET", "/deliveries/DELIVERY"],
    ["POST", "/deliveries/DELIVERY/retry"],
    ["POST", "/replay", { since: "2026-05-01", only: "all" }],
    ["POST", "/replay", { since: "2026-05-01", only: "all", dry_run: true }],
    ["GET", "/replays/REPLAY"],
  ];

  /** Creates an endpoint with a delivery and a finished replay. */
  async function createUsedEndpoint(owner: Subscriber) {
    const receiver = await startReceiver();
    const subscription = await owner.subscribe(receiver.url);
    const path = `/endpoints/${subscription.endpoint_id}`;
    const tested = Object((await owner.request("POST", `${path}/test`, {})).body);
    const replayed = Object((await owner.request("POST", `${path}/replay`, { since: new Date().toISOString() })).body);
    await until(async () => (await owner.deliveries(subscription, "status=succeeded")).length > 0);
    // Only one replay may run at a time.
    await until(async () => {
      const { body } = await owner.request("GET", `${path}/replays/${replayed.replay.replay_id}`);
      return Object(body).replay.status !== "running";
    });
    const ids = { DELIVERY: tested.delivery.delivery_id, REPLAY: replayed.replay.replay_id };
    return { ...subscription, below: (route: string) => route.replace(/DELIVERY|REPLAY/, (kind) => Object(ids)[kind]) };
  }

  it("returns the same 404 as an unknown endpoint on every route", async () => {
    const owner = await stack.subscriber();
    const stranger = await stack.subscriber();
    const { endpoint_id, below } = await createUsedEndpoint(owner);
    const own = await createUsedEndpoint(stranger);
    const statusAndText = ({ status, text }: WebhooksApiResponse) => ({ status, text });
    for (const [method, route, body] of routes) {
      const requestAs = (id: string, path = route) =>
        stranger.request(method, `/endpoints/${id}${path}`, body).then(statusAndText);
      const unknown = await requestAs(unknownId);
      expect(unknown).toMatchObject({ status: 404, text: expect.stringContaining('"not_found.resource"') });
      expect(await requestAs(endpoint_id, below(route)), `${method} ${route}`).toEqual(unknown);
      expect(await requestAs("wh_1"), `${method} ${route}`).toEqual(unknown);
      expect(await requestAs("..%2f..%2f"), `${method} ${route}`).toMatchObject({ status: 404 });
      // A delivery or replay of another endpoint is not found below an own endpoint either.
      if (below(route) === route) continue;
      const unknownBelow = await requestAs(own.endpoint_id, route.replace(/DELIVERY|REPLAY/, "unknown"));
      expect(unknownBelow.status).toBe(404);
      expect(await requestAs(own.endpoint_id, below(route)), `${method} ${route}`).toEqual(unknownBelow);
    }
    const { body } = await owner.request("GET", `/endpoints/${endpoint_id}`);
    expect(body).toMatchObject({ endpoint: { status: "enabled", description: null } });
    expect((await owner.deliveries({ endpoint_id, secret: "" })).map(({ attempt_count }) => attempt_count)).toEqual([
      1,
    ]);
    const { text } = await stranger.request("GET", "/endpoints");
    expect(text).not.toContain(endpoint_id);
  });

  it("is accessible to its owner on the same routes", async () => {
    const owner = await stack.subscriber();
    const { endpoint_id, below } = await createUsedEndpoint(owner);
    for (const [method, route, body] of routes.toSorted(
      (a, b) => Number(a[0] === "DELETE") - Number(b[0] === "DELETE"),
    )) {
      const { status } = await owner.request(method, `/endpoints/${endpoint_id}${below(route)}`, body);
      expect([200, 202], `${method} ${route}`).toContain(status);
    }
  });

  it("is not accessible by naming its organisation in a header", async () => {
    const owner = await stack.subscriber();
    const stranger = await stack.subscriber();
    const path = `${stack.api}/api/public/v1/webhooks/endpoints`;
    const headers = { ...stranger.headers, "x-aibooks-org": owner.org_id };
    expect((await fetch(path, { headers })).status).toBe(403);
  });
});

describe("webhooks API", () => {
  const base = "/api/public/v1/webhooks";

  it("requires the scope for webhooks on every route", async () => {
    const reader = await stack.tenant(["AIBooks.activity.READ"]);
    for (const [method, path] of [
      ["GET", "/endpoints"],
      ["POST", "/endpoints"],
      ["PATCH", `/endpoints/${unknownId}`],
      ["POST", `/endpoints/${unknownId}/replay`],
      ["GET", "/event-types"],
    ] as const) {
      const response = await fetch(`${stack.api}${base}${path}`, { method, headers: reader.headers });
      expect({ status: response.status, body: await response.json() }).toMatchObject({
        status: 403,
        body: { code: "authz.scope_missing", message: expect.stringContaining("AIBooks.webhooks.MANAGE") },
      });
    }
    const full = await stack.tenant(["AIBooks.fullaccess.all"]);
    expect((await stack.get(`${base}/endpoints`, full.headers)).status).toBe(200);
    expect((await stack.get(`${base}/endpoints`)).status).toBe(401);
  });

  it("returns the remaining rate limit in every response", async () => {
    const owner = await stack.subscriber();
    const responses = [
      await owner.request("GET", "/endpoints"),
      await owner.request("POST", "/endpoints", { url, events }),
      await owner.request("POST", "/endpoints", {}),
      await owner.request("GET", `/endpoints/${unknownId}`),
    ];
    const left = responses.map(({ headers }) => Number(headers.get("x-ratelimit-remaining")));
    expect(left.every((count) => count >= 596 && count < 600)).toBe(true);
    for (const { headers } of responses) {
      expect(headers.get("x-ratelimit-limit")).toBe("600");
      expect(headers.get("x-request-id")).toMatch(/./);
      expect(headers.get("content-type")).toBe("application/json");
    }
  });

  it.each([
    ["PUT", "/endpoints", "GET, HEAD, POST"],
    ["DELETE", "/endpoints", "GET, HEAD, POST"],
    ["PUT", `/endpoints/${unknownId}`, "GET, HEAD, PATCH, DELETE"],
    ["GET", `/endpoints/${unknownId}/replay`, "POST"],
    ["HEAD", `/endpoints/${unknownId}/replay`, "POST"],
    ["POST", "/event-types", "GET, HEAD"],
  ])("responds to %s %s with the allowed methods", async (method, path, allow) => {
    const response = await fetch(`${stack.api}${base}${path}`, { method, headers: subscriber.headers });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")?.split(", ").toSorted()).toEqual(allow.split(", ").toSorted());
  });

  it("responds to HEAD like to GET, without a body", async () => {
    const response = await fetch(`${stack.api}${base}/endpoints`, { method: "HEAD", headers: subscriber.headers });
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: "" });
  });

  it.each(["", "/", "/nothing", "/endpoints/", "/endpoints/a/b", "/endpoints/a/deliveries/b/c"])(
    "responds with 404 to /webhooks%s",
    async (path) => {
      expect(await subscriber.request("GET", path)).toMatchObject({
        status: 404,
        body: { code: "not_found.resource" },
      });
    },
  );

  it.each([
    ["status", "lost"],
    ["event_type", "Invoice"],
    ["since", "yesterday"],
    ["limit", "101"],
    ["cursor", "MQ"],
  ])("rejects the query %s=%s of deliveries", async (name, value) => {
    const { endpoint_id } = await subscriber.subscribe(freshUrl());
    const response = await subscriber.request("GET", `/endpoints/${endpoint_id}/deliveries?${name}=${value}`);
    expect(response).toMatchObject(refused(name));
  });

  it.each(["POST", "PATCH", "DELETE"])("allows %s in a CORS preflight of browser apps", async (method) => {
    const requestHeaders = "authorization,content-type,x-aibooks-org";
    const preflight = await fetch(`${stack.api}${base}/endpoints`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": method,
        "access-control-request-headers": requestHeaders,
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-methods")?.split(",")).toContain(method);
    const allowed = preflight.headers.get("access-control-allow-headers")?.split(",");
    expect(allowed).toEqual(expect.arrayContaining(requestHeaders.split(",")));
  });
});

it("GET /event-types returns each event type with a sample for the caller and its schema", async () => {
  const { status, body } = await subscriber.request("GET", "/event-types");
  expect(status).toBe(200);
  const { org_id } = subscriber;
  expect(Object(body).event_types).toContainEqual(
    expect.objectContaining({
      event_type: "invoice.sent",
      sample: expect.objectContaining({ event_type: "invoice.sent", org_id }),
      schema: expect.objectContaining({ title: "invoice.sent", $ref: `${stack.api}/schemas/webhook.json` }),
    }),
  );
});

describe("a signing secret", () => {
  it("is returned only when it is new, and appears in no other response, event, log line, table or delivery", async () => {
    const owner = await stack.subscriber();
    const receiver = await startReceiver();
    const responses: WebhooksApiResponse[] = [];
    const request = async (...args: Parameters<Subscriber["request"]>) => {
      const response = await owner.request(...args);
      responses.push(response);
      return response;
    };
    const secretOf = ({ text }: WebhooksApiResponse) => /whsec_[\w+/]+=*/.exec(text)?.[0] ?? "";
    const created = await request("POST", "/endpoints", { url: receiver.url, events: ["*"] });
    const { endpoint_id } = Object(created.body).endpoint;
    const path = `/endpoints/${endpoint_id}`;
    const subscription = { endpoint_id, secret: secretOf(created) };
    await stack.waitForEndpointChanges();
    const eventId = await owner.emit();
    const { delivery_id } = await owner.delivery(subscription, eventId, isSettled);
    const rotated = await request("POST", `${path}/rotate-secret`);
    const secrets = [subscription.secret, secretOf(rotated)];
    expect(new Set(secrets).size).toBe(2);
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    await request("GET", "/endpoints");
    await request("GET", path);
    await request("PATCH", path, { description: "changed" });
    await request("PATCH", path, { enabled: false });
    await request("POST", `${path}/test`);
    await until(() => receiver.requests.length === 2);
    await request("GET", `${path}/deliveries`);
    await request("GET", `${path}/deliveries/${delivery_id}`);
    await request("POST", `${path}/rotate-secret`, { overlap_seconds: -1 });
    await request("DELETE", path);

    const showing = responses.filter(({ text }) => text.includes("whsec_"));
    expect(showing).toEqual([created, rotated]);
    const tables = await Promise.all(Object.values(stack.tables).map(itemsOf));
    const sent = JSON.stringify(receiver.requests.map(({ headers, body }) => ({ headers, body })));
    for (const text of [...tables, readLogs(stack.logs), sent]) {
      expect(text).not.toContain("whsec_");
      for (const secret of secrets) expect(text).not.toContain(secret.slice("whsec_".length, -1));
    }
    expect(tables.join()).toContain(endpoint_id);
  });

  it("is stored encrypted, each secret with another ciphertext", async () => {
    const owner = await stack.subscriber();
    const { endpoint_id, secret } = await owner.subscribe(url);
    await owner.request("POST", `/endpoints/${endpoint_id}/rotate-secret`);
    const { config = "" } = stack.tables;
    const stored = await endpointReader(stack.dynamodb, config).get(owner.org_id, endpoint_id);
    const ciphertexts = stored?.secrets.map((each) => each.sealed) ?? [];
    expect(new Set(ciphertexts).size).toBe(2);
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    for (const text of ciphertexts) {
      const parts = text.split(".").map((part) => Buffer.from(part, "base64"));
      expect(parts.some((part) => part.includes(key) || part.includes(secret))).toBe(false);
    }
  });
});

describe("the static headers of an endpoint", () => {
  it("are sent with each delivery, and appear in no response, event, log line, table or attempt", async () => {
    const owner = await stack.subscriber();
    const echo = await startReceiver({
      behaviour: (response, { headers }) =>
        response.writeHead(401, { "x-got": String(headers.authorization) }).end(JSON.stringify(headers)),
    });
    const values = { "X-Api-Key": `key-${randomUUID()}`, Authorization: `Bearer ${randomUUID()}` };
    const body = { url: echo.url, events: ["*"], headers: values };
    const responses = [await owner.request("POST", "/endpoints", body)];
    const { endpoint_id, header_names, secret } = Object(responses[0]?.body).endpoint;
    expect(header_names).toEqual(["X-Api-Key", "Authorization"]);
    const path = `/endpoints/${endpoint_id}`;
    await stack.waitForEndpointChanges();
    const eventId = await owner.emit();
    const { delivery_id, attempts } = await owner.delivery({ endpoint_id, secret }, eventId, isWaitingForRetry);
    expect(attempts).toMatchObject([{ response_status: 401, response_headers: { "x-got": "…" } }]);
    expect(echo.requests[0]?.headers).toMatchObject({
      "x-api-key": values["X-Api-Key"],
      authorization: values.Authorization,
    });

    const request = async (...args: Parameters<Subscriber["request"]>) => responses.push(await owner.request(...args));
    await request("GET", `${path}/deliveries/${delivery_id}`);
    await request("GET", path);
    await request("GET", "/endpoints");
    await request("POST", `${path}/rotate-secret`);
    await request("PATCH", path, { url: `${echo.url}/elsewhere` });
    expect(responses.at(-1)).toMatchObject({ status: 400, body: { field: "headers" } });
    await request("PATCH", path, { headers: { "X-Other": values["X-Api-Key"] } });
    expect(responses.at(-1)?.body).toMatchObject({ endpoint: { header_names: ["X-Other"] } });
    await request("PATCH", path, { enabled: false, headers: { Host: values["X-Api-Key"] } });
    await request("PATCH", path, { enabled: false });
    await request("POST", `${path}/test`);
    const tested = await until(() => echo.requests.find(({ body: sent }) => sent.includes('"test":true')));
    expect(tested.headers).toMatchObject({ "x-other": values["X-Api-Key"] });
    expect(tested.headers).not.toHaveProperty("authorization");
    const isRecorded = ({ reason }: { reason: string | null }) => reason === "test_failed";
    await until(async () => (await owner.deliveries({ endpoint_id, secret })).some(isRecorded));

    const tables = await Promise.all(Object.values(stack.tables).map(itemsOf));
    const texts = [...responses.map(({ text }) => text), ...tables, readLogs(stack.logs)];
    for (const text of texts) {
      expect(text).not.toContain(values["X-Api-Key"]);
      expect(text).not.toContain(values.Authorization.slice("Bearer ".length));
    }
    expect(tables.join()).toContain("X-Other");
  });
});

async function itemsOf(TableName: string): Promise<string> {
  const { Items = [], LastEvaluatedKey } = await stack.dynamodb.send(new ScanCommand({ TableName }));
  expect(LastEvaluatedKey).toBeUndefined();
  return JSON.stringify(Items);
}

it("no response of the webhooks API was a 5xx, and no message is in a dead-letter queue", async () => {
  expect(readLogs(stack.logs)).not.toMatch(/"status":"?5\d\d/);
  expect(new Set(Object.values(await stack.deadLetterCounts()))).toEqual(new Set([0]));
});
