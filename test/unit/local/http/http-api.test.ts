import { describe, expect, it } from "vitest";
import { createHttpApi } from "#infra/local/http/http-api.ts";
import type { HttpApiDefinition } from "#infra/local/http/http-api-definition.ts";
import type { GatewayRequest } from "#infra/local/http/payload-v2.ts";
import type { InvocationResult } from "#infra/local/lambda/execution-environment.ts";

/** An API with one route, whose function gives this outcome. */
function anApi(outcome: InvocationResult, over: Partial<HttpApiDefinition> = {}, refusal?: string) {
  const lines: string[] = [];
  let clock = 0;
  const definition = { routes: new Map([["GET /a", "fn"]]), limit: undefined, accessLog: undefined, ...over };
  const respond = createHttpApi({
    definition,
    invokerByArn: () => async () => outcome,
    authorize: async () => refusal,
    writeLog: (group, line) => void lines.push(`${group}: ${line}`),
    account: "000000000000",
    region: "us-east-1",
    newRequestId: () => "request-1",
    now: () => new Date(clock),
  });
  const ask = async (over: Partial<GatewayRequest> = {}) => {
    const request = {
      method: "GET",
      url: "/a",
      rawHeaders: [],
      body: Buffer.alloc(0),
      sourceIp: "::1",
      protocol: "HTTP/1.1",
    };
    const { body, ...rest } = await respond({ ...request, ...over });
    return { ...rest, body: body.toString() };
  };
  const wait = (ms: number) => {
    clock += ms;
  };
  return { ask, lines, wait };
}

const ok: InvocationResult = {
  kind: "result",
  payload: JSON.stringify({ statusCode: 200, headers: { "access-control-allow-origin": "*" }, body: "hi" }),
};
const fatal: InvocationResult = { kind: "fatal", error: { errorType: "E", errorMessage: "secret reason" } };

describe("HTTP API", () => {
  it("leaves preflights and CORS headers to the function", async () => {
    const rawHeaders = ["Origin", "https://app.example", "Access-Control-Request-Method", "GET"];
    const { ask } = anApi(ok, { routes: new Map([["$default", "fn"]]) });
    const headers = { "access-control-allow-origin": "*", "apigw-requestid": "request-1" };
    expect(await ask({ method: "OPTIONS", rawHeaders })).toMatchObject({ status: 200, headers, body: "hi" });
  });

  it("returns no reason when a function fails", async () => {
    expect(await anApi(fatal).ask()).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  });

  it("returns 404 for a path without a route", async () => {
    expect(await anApi(ok).ask({ url: "/b" })).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
  });

  it("returns 500 when the API has no permission to invoke the function", async () => {
    expect(await anApi(ok, {}, "not authorized").ask()).toMatchObject({ status: 500 });
  });

  it("returns 429 above the burst, until the bucket has refilled", async () => {
    const { ask, wait } = anApi(ok, { limit: { burst: 2, rate: 1 } });
    const statuses = [(await ask()).status, (await ask()).status, (await ask()).status];
    wait(1_000);
    expect([...statuses, (await ask()).status, (await ask()).status]).toEqual([200, 200, 429, 200, 429]);
  });

  it("writes one access log line for each request", async () => {
    const format =
      '{"id":"$context.requestId","status":"$context.status","path":"$context.path","no":"$context.nothing"}';
    const { ask, lines } = anApi(ok, { accessLog: { group: "access", format } });
    await ask({ url: '/a"b' });
    expect(lines).toEqual(['access: {"id":"request-1","status":"404","path":"/a\\"b","no":"-"}']);
  });
});
