import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openTestEnvironment, type SmokeTenant, type TestEnvironment } from "#test/support/test-environment.ts";

const feed = "/api/public/v1/activity";

const operation = z.looseObject({ security: z.array(z.unknown()) });
const description = z.looseObject({
  openapi: z.string(),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

let environment: TestEnvironment;
let tenant: SmokeTenant;
beforeAll(async () => {
  environment = await openTestEnvironment();
  tenant = await environment.tenant();
});

describe("GET /openapi.json", () => {
  it("returns the document without a token, with the URL of the API as its server", async () => {
    const response = await environment.get("/openapi.json");
    expect(response.status).toBe(200);
    expect(description.parse(await response.json())).toMatchObject({
      openapi: "3.1.0",
      servers: [{ url: environment.api }],
    });
    const schema = await environment.get("/schemas/event.json");
    expect(await schema.json()).toMatchObject({ type: "object", required: expect.arrayContaining(["org_id"]) });
  });

  it("lists operations that all reject a request without a token, except for itself, the public keys and the anchors", async () => {
    const { paths } = description.parse(await (await environment.get("/openapi.json")).json());
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { security }]) => ({ path, method: method.toUpperCase(), security })),
    );
    const open = operations.filter(({ security }) => security.length === 0).map(({ path }) => path);
    const isPublic = /^\/(openapi\.json|schemas\/.+|api\/public\/v1\/activity\/(keys|anchors\/.+))$/;
    expect(open.filter((path) => !isPublic.test(path))).toEqual([]);
    const secured = operations.filter(({ security }) => security.length > 0);
    expect(secured.length).toBeGreaterThan(10);
    for (const { path, method } of secured) {
      const { status } = await fetch(`${environment.api}${path.replaceAll(/\{\w+\}/g, "x")}`, { method });
      expect(status, `${method} ${path}`).toBe(401);
    }
  });
});

describe("GET /", () => {
  it("returns a page without a token that loads no resources", async () => {
    // A browser, which asks for text/html, is led to the console of a stage that has one.
    const page = await environment.get("/", { accept: "text/*" });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await page.text()).toContain('href="/openapi.json"');
  });

  it("returns JSON when the client accepts JSON", async () => {
    const response = await environment.get("/", { accept: "application/json" });
    expect(await response.json()).toMatchObject({ links: { openapi: `${environment.api}/openapi.json` } });
  });
});

describe("CORS", () => {
  it("answers a preflight without a token, and exposes the response and its headers to allowed origins", async () => {
    const { origin, isAllowed } = environment.browserOrigin;
    const preflight = await fetch(`${environment.api}${feed}`, {
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
    const response = await environment.get(feed, { ...tenant.headers, origin });
    expect(response.status).toBe(200);
    expect(isAllowed ? ["*", origin] : [null]).toContain(response.headers.get("access-control-allow-origin"));
    const exposed = response.headers.get("access-control-expose-headers")?.split(",") ?? [];
    expect(exposed).toEqual(isAllowed ? expect.arrayContaining(["link", "etag"]) : []);
  });
});

describe("HTTP", () => {
  it("returns the 404 of the dialect when the route does not exist", async () => {
    const missing = await environment.get("/api/public/v1/nothing", tenant.headers);
    expect({ status: missing.status, body: await missing.json() }).toMatchObject({
      status: 404,
      body: { code: "not_found.resource" },
    });
  });

  it("returns 304 without a body when the ETag matches", async () => {
    const first = await environment.get(feed, tenant.headers);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^W\/"/);
    const second = await environment.get(feed, { ...tenant.headers, "if-none-match": etag });
    expect([second.status, await second.text(), second.headers.get("etag")]).toEqual([304, "", etag]);
    expect(second.headers.get("x-ratelimit-limit")).toBe(first.headers.get("x-ratelimit-limit"));
  });

  it("returns a compressed response when the client accepts gzip", async () => {
    const { headers } = await environment.get("/openapi.json", { "accept-encoding": "gzip" });
    expect(headers.get("content-encoding")).toBe("gzip");
  });
});
