import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openWorld, type World, type WorldTenant } from "#test/support/test-environment.ts";

const base = "/api/public/v1/webhooks";
const url = "https://hooks.example.com/in";
const events = ["invoice.*"];

const created = z.object({ endpoint: z.looseObject({ endpoint_id: z.string(), secret: z.string() }) });

let world: World;
let subscriber: WorldTenant;
beforeAll(async () => {
  world = await openWorld();
  subscriber = await world.tenant(["AIBooks.webhooks.MANAGE"]);
});

async function ask(method: string, path: string, body?: object, { headers }: WorldTenant = subscriber) {
  const response = await fetch(`${world.api}${base}${path}`, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

describe("a webhook endpoint", () => {
  it("is created, listed without its secret, and deleted", async () => {
    const { status, body } = await ask("POST", "/endpoints", { url, events });
    expect(status).toBe(201);
    const { endpoint_id, secret } = created.parse(body).endpoint;
    expect(secret).toMatch(/^whsec_/);
    const listed = await ask("GET", "/endpoints");
    expect(listed).toMatchObject({
      status: 200,
      body: { endpoints: [{ endpoint_id, url, events, status: "enabled" }] },
    });
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect((await ask("DELETE", `/endpoints/${endpoint_id}`)).status).toBe(200);
    expect((await ask("GET", `/endpoints/${endpoint_id}`)).status).toBe(404);
    expect(await ask("GET", "/endpoints")).toMatchObject({ body: { endpoints: [] } });
  });

  it.each([
    "http://hooks.example.com/in",
    "https://10.0.0.1/in",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://2130706433/",
    "https://printer.local/",
    "https://a:b@hooks.example.com/",
  ])("is refused that leads to what is not public: %s", async (text) => {
    expect(await ask("POST", "/endpoints", { url: text, events })).toMatchObject({
      status: 400,
      body: { code: "validation.invalid_value", field: "url" },
    });
  });

  it("is refused that leads back to this API", async () => {
    expect((await ask("POST", "/endpoints", { url: `${world.api}/hook`, events })).status).toBe(400);
  });

  it("of somebody else is not there, and reading events is no right to have one", async () => {
    const { endpoint_id } = created.parse((await ask("POST", "/endpoints", { url, events })).body).endpoint;
    const stranger = await world.tenant(["AIBooks.webhooks.MANAGE"]);
    expect((await ask("GET", `/endpoints/${endpoint_id}`, undefined, stranger)).status).toBe(404);
    expect((await ask("DELETE", `/endpoints/${endpoint_id}`, undefined, stranger)).status).toBe(404);
    const reader = await world.tenant(["AIBooks.activity.READ"]);
    expect((await ask("GET", "/endpoints", undefined, reader)).status).toBe(403);
    expect((await ask("DELETE", `/endpoints/${endpoint_id}`)).status).toBe(200);
  });
});
