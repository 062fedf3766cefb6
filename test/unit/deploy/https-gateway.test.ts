import { createServer } from "node:https";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { type HttpsGateway, startHttpsGateway } from "#test/deploy/emulator/https-gateway.ts";

let gateway: HttpsGateway;
const emulator = createServer(inject("certificates").valid, async (request, response) => {
  const { method, url, headers } = request;
  const body = Buffer.concat(await request.toArray()).toString();
  const seen = { method, url, host: headers.host, token: headers.authorization, body };
  response.writeHead(409, { "x-request-id": "r1" }).end(JSON.stringify(seen));
});

beforeAll(async () => {
  const { port } = new URL(await listenOnLoopback(emulator, 0));
  gateway = await startHttpsGateway(inject("certificates").valid, `https://127.0.0.1:${port}`);
});

afterAll(() => gateway.stop());

describe("startHttpsGateway", () => {
  it("rejects requests before an API is set", async () => {
    expect((await fetch(`${gateway.origin}/openapi.json`)).status).toBe(503);
  });

  it("forwards a request unchanged with the caller's host, and returns the response", async () => {
    gateway.serve("a1b2c3d4");
    const response = await fetch(`${gateway.origin}/api/a%2Fb?x=%20y&x=1`, {
      method: "POST",
      headers: { authorization: "Bearer t" },
      body: "text",
    });
    expect({ status: response.status, id: response.headers.get("x-request-id") }).toEqual({ status: 409, id: "r1" });
    expect(await response.json()).toEqual({
      method: "POST",
      url: "/_aws/execute-api/a1b2c3d4/$default/api/a%2Fb?x=%20y&x=1",
      host: new URL(gateway.origin).host,
      token: "Bearer t",
      body: "text",
    });
  });

  it("returns 502 when the emulator is not running", async () => {
    await closeServer(emulator);
    expect((await fetch(`${gateway.origin}/openapi.json`)).status).toBe(502);
  });
});
