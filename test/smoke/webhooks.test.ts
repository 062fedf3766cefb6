import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openTestEnvironment, type SmokeTenant, type TestEnvironment } from "#test/support/test-environment.ts";

const base = "/api/public/v1/webhooks";
const url = "https://hooks.example.com/in";
const events = ["invoice.*"];

const created = z.object({ endpoint: z.looseObject({ endpoint_id: z.string(), secret: z.string() }) });

let environment: TestEnvironment;
let subscriber: SmokeTenant;
beforeAll(async () => {
  environment = await openTestEnvironment();
  subscriber = await environment.tenant(["AIBooks.webhooks.MANAGE"]);
});

async function request(method: string, path: string, body?: object, { headers }: SmokeTenant = subscriber) {
  const response = await fetch(`${environment.api}${base}${path}`, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

describe("/webhooks/endpoints", () => {
  it("creates an endpoint, lists it without its secret, and deletes it", async () => {
    const { status, body } = await request("POST", "/endpoints", { url, events });
    expect(status).toBe(201);
    const { endpoint_id, secret } = created.parse(body).endpoint;
    expect(secret).toMatch(/^whsec_/);
    const listed = await request("GET", "/endpoints");
    expect(listed).toMatchObject({
      status: 200,
      body: { endpoints: [{ endpoint_id, url, events, status: "enabled" }] },
    });
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect((await request("DELETE", `/endpoints/${endpoint_id}`)).status).toBe(200);
    expect((await request("GET", `/endpoints/${endpoint_id}`)).status).toBe(404);
    expect(await request("GET", "/endpoints")).toMatchObject({ body: { endpoints: [] } });
  });

  it.each([
    "http://hooks.example.com/in",
    "https://10.0.0.1/in",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://2130706433/",
    "https://printer.local/",
    "https://a:b@hooks.example.com/",
  ])("rejects the URL %s, which is not public", async (text) => {
    expect(await request("POST", "/endpoints", { url: text, events })).toMatchObject({
      status: 400,
      body: { code: "validation.invalid_value", field: "url" },
    });
  });

  it("rejects a URL of this API", async () => {
    expect((await request("POST", "/endpoints", { url: `${environment.api}/hook`, events })).status).toBe(400);
  });

  it("returns 404 for an endpoint of another organisation, and 403 when the scope is missing", async () => {
    const { endpoint_id } = created.parse((await request("POST", "/endpoints", { url, events })).body).endpoint;
    const otherTenant = await environment.tenant(["AIBooks.webhooks.MANAGE"]);
    expect((await request("GET", `/endpoints/${endpoint_id}`, undefined, otherTenant)).status).toBe(404);
    expect((await request("DELETE", `/endpoints/${endpoint_id}`, undefined, otherTenant)).status).toBe(404);
    const reader = await environment.tenant(["AIBooks.activity.READ"]);
    expect((await request("GET", "/endpoints", undefined, reader)).status).toBe(403);
    expect((await request("DELETE", `/endpoints/${endpoint_id}`)).status).toBe(200);
  });
});
