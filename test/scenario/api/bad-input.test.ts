import { connect } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { anInput } from "#test/support/builders.ts";
import { readLogs, startStack, type Tenant, type TestStack } from "#test/support/stack.ts";

const feed = "/api/public/v1/activity";
let stack: TestStack;
let tenant: Tenant;

beforeAll(async () => {
  stack = await startStack();
  tenant = await stack.tenant();
  await stack.append([anInput({ org_id: tenant.org_id })]);
});

async function answer(path: string, init: RequestInit = {}) {
  const response = await fetch(`${stack.api}${path}`, { ...init, headers: { ...tenant.headers, ...init.headers } });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const refused = (field: string) => ({ status: 400, body: { code: "validation.invalid_value", field } });

describe("GET /activity, parameters", () => {
  it.each(["0", "-1", "501", "1e2", "1.5", "10x", "", "٣", " 5", "NaN", "9".repeat(400)])(
    "returns 400 for limit=%s",
    async (limit) => {
      expect(await answer(`${feed}?limit=${encodeURIComponent(limit)}`)).toMatchObject(refused("limit"));
    },
  );

  it.each([
    "yesterday",
    "2026-02-30",
    "2026-13-01",
    "2026-05-11T25:00:00Z",
    "2026-05-11T24:00:01Z",
    "2026-05-11T23:59:61Z",
    "20260511T083012Z",
    "24h",
    "0000-01-01",
    "+10000-01-01",
    "1747000000",
    "",
    "x".repeat(400),
  ])("returns 400 for since=%s and until=%s", async (time) => {
    expect(await answer(`${feed}?since=${encodeURIComponent(time)}`)).toMatchObject(refused("since"));
    expect(await answer(`${feed}?until=${encodeURIComponent(time)}`)).toMatchObject(refused("until"));
  });

  it.each([
    "2026-05-11",
    "2026-05-11T08:30:12Z",
    "2026-05-11T08:30:12",
    "2026-05-11T08:30",
    "2026-05-11T14:00:12+05:30",
    "2026-05-11T08:30:12.123456789Z",
    "2026-05-11T24:00:00Z",
    "2026-05-11T23:59:60Z",
    "0001-01-01",
    "9999-12-31T23:59:59Z",
  ])("accepts since=%s with an unencoded +", async (time) => {
    expect((await answer(`${feed}?since=${time}`)).status).toBe(200);
  });

  it("returns 400 for since after until", async () => {
    expect(await answer(`${feed}?since=2026-06-01&until=2026-05-01`)).toMatchObject(refused("since"));
  });

  it("returns 400 with the valid types for an unknown entity_type", async () => {
    const { status, body } = await answer(`${feed}?entity_type=FOO`);
    expect(status).toBe(400);
    expect(body).toEqual({
      code: "validation.invalid_value",
      message: "Unknown entity_type 'FOO'.",
      field: "entity_type",
      details: { valid: expect.arrayContaining(["INVOICE", "ATTACHMENT"]) },
    });
    for (const type of ["invoice", "USER", "", "__proto__", "INVOICE,BILL"]) {
      expect(await answer(`${feed}?entity_type=${type}`)).toMatchObject(refused("entity_type"));
    }
  });

  it.each(["", "%00", "a%0Ab", "x".repeat(2049)])("returns 400 for entity_id=%s", async (id) => {
    expect(await answer(`${feed}?entity_id=${id}`)).toMatchObject(refused("entity_id"));
    expect(await answer(`${feed}?actor_user_id=${id}`)).toMatchObject(refused("actor_user_id"));
  });

  it("returns 400 for a repeated or an unknown parameter", async () => {
    expect(await answer(`${feed}?limit=1&limit=2`)).toMatchObject(refused("limit"));
    expect(await answer(`${feed}?colour=red&colour=blue`)).toMatchObject(refused("colour"));
    expect(await answer(`${feed}?__proto__=1`)).toMatchObject(refused("__proto__"));
    expect(await answer("/api/public/v1/whoami?entity_id=inv_1")).toMatchObject(refused("entity_id"));
    expect((await answer(`${feed}?utm_source=x&utm_source=y&_=1&fbclid=z`)).status).toBe(200);
  });

  it.each(["x", "a".repeat(5_000), "%F0%9F%A7%BE", "MQ==", "MQ", "eyJ9"])(
    "returns 400 for cursor=%s",
    async (cursor) => {
      expect(await answer(`${feed}?cursor=${cursor}`)).toMatchObject(refused("cursor"));
    },
  );
});

describe("FinzBooks API, requests", () => {
  it("that write return 405", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const { status, headers, body } = await answer(feed, { method, body: "{}" });
      expect(status).toBe(405);
      expect(headers.get("allow")).toBe("GET, HEAD");
      expect(body).toMatchObject({ code: "method.not_allowed" });
    }
  });

  it.each([
    "/api",
    "/api/public/v1",
    "/api/public/v1/nothing",
    "/api/public/v1/unicorns/1/activity",
    "/api/public/v1/__proto__/1/activity",
    "/api/public/v2/activity",
  ])("to %s return 404", async (path) => {
    expect(await answer(path)).toMatchObject({ status: 404, body: { code: "not_found.resource" } });
  });

  it("for the timeline of an id without events return an empty page", async () => {
    expect(await answer("/api/public/v1/invoices/never/activity")).toMatchObject({
      status: 200,
      body: { activity: [] },
    });
  });

  it("with ten thousand parameters or a megabyte of headers return 4xx, and the next one succeeds", async () => {
    const parameters = Array.from({ length: 10_000 }, (_, n) => `p${n}=1`).join("&");
    expect(await raw(`GET ${feed}?${parameters} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(await raw(`GET ${feed} HTTP/1.1\r\nHost: x\r\nX-Big: ${"a".repeat(1_048_576)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 4\d\d /,
    );
    expect((await answer(feed)).status).toBe(200);
  });

  it("never return 5xx nor log a token", () => {
    const logs = readLogs(stack.logs);
    expect(logs).not.toMatch(/"status":"?5\d\d/);
    expect(logs).not.toContain(tenant.token);
  });
});

/** Sends bytes as they are and gives the first line of the answer. */
function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(stack.api);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on("data", (data) => {
      resolve(data.toString().split("\r\n")[0] ?? "");
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
