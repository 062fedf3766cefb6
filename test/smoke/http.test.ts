import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openWorld, type World, type WorldTenant } from "#test/support/test-environment.ts";

const feed = "/api/public/v1/activity";

const operation = z.looseObject({ security: z.array(z.unknown()) });
const description = z.looseObject({
  openapi: z.string(),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

let world: World;
let tenant: WorldTenant;
beforeAll(async () => {
  world = await openWorld();
  tenant = await world.tenant();
});

describe("the description of the API", () => {
  it("is public, and names the address that it is read at", async () => {
    const response = await world.get("/openapi.json");
    expect(response.status).toBe(200);
    expect(description.parse(await response.json())).toMatchObject({ openapi: "3.1.0", servers: [{ url: world.api }] });
    const schema = await world.get("/schemas/event.json");
    expect(await schema.json()).toMatchObject({ type: "object", required: expect.arrayContaining(["org_id"]) });
  });

  it("lists nothing but what refuses those who have no token, itself apart", async () => {
    const { paths } = description.parse(await (await world.get("/openapi.json")).json());
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { security }]) => ({ path, method: method.toUpperCase(), security })),
    );
    const open = operations.filter(({ security }) => security.length === 0).map(({ path }) => path);
    expect(open.filter((path) => !/^\/(openapi\.json|schemas\/.+)$/.test(path))).toEqual([]);
    const secured = operations.filter(({ security }) => security.length > 0);
    expect(secured.length).toBeGreaterThan(10);
    for (const { path, method } of secured) {
      const { status } = await fetch(`${world.api}${path.replaceAll(/\{\w+\}/g, "x")}`, { method });
      expect(status, `${method} ${path}`).toBe(401);
    }
  });
});

describe("the page at the root", () => {
  it("is public, and loads nothing", async () => {
    const page = await world.get("/", { accept: "text/html" });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await page.text()).toContain('href="/openapi.json"');
  });

  it("is JSON for programs that ask for it", async () => {
    const answer = await world.get("/", { accept: "application/json" });
    expect(await answer.json()).toMatchObject({ links: { openapi: `${world.api}/openapi.json` } });
  });
});

describe("a browser app", () => {
  it("may ask without a token whether it may ask, and read the answer and its headers", async () => {
    const { browserOrigin: origin } = world;
    const preflight = await fetch(`${world.api}${feed}`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization,if-none-match,x-aibooks-org",
      },
    });
    expect(preflight.status).toBe(204);
    expect(["*", origin]).toContain(preflight.headers.get("access-control-allow-origin"));
    for (const name of ["authorization", "if-none-match"]) {
      expect(preflight.headers.get("access-control-allow-headers")).toContain(name);
    }
    const answer = await world.get(feed, { ...tenant.headers, origin });
    expect(answer.status).toBe(200);
    expect(["*", origin]).toContain(answer.headers.get("access-control-allow-origin"));
    for (const name of ["link", "etag"]) {
      expect(answer.headers.get("access-control-expose-headers")).toContain(name);
    }
  });
});

describe("a request", () => {
  it("for what is not there is answered in the words of its dialect", async () => {
    const missing = await world.get("/api/public/v1/nothing", tenant.headers);
    expect({ status: missing.status, body: await missing.json() }).toMatchObject({
      status: 404,
      body: { code: "not_found.resource" },
    });
  });

  it("for a page that the caller has is answered without it", async () => {
    const first = await world.get(feed, tenant.headers);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^W\/"/);
    const second = await world.get(feed, { ...tenant.headers, "if-none-match": etag });
    expect([second.status, await second.text(), second.headers.get("etag")]).toEqual([304, "", etag]);
    expect(second.headers.get("x-ratelimit-limit")).toBe(first.headers.get("x-ratelimit-limit"));
  });

  it("is answered compressed where it asks for that", async () => {
    const { headers } = await world.get("/openapi.json", { "accept-encoding": "gzip" });
    expect(headers.get("content-encoding")).toBe("gzip");
  });
});
