import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler, type HttpHandlerOptions } from "#shared/api/handlers/http-handler.ts";
import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { ActivityError } from "#shared/errors.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { buildHttpEvent, buildLambdaContext } from "#test/support/api/http-event.ts";
import { testNow } from "#test/support/builders.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";
import { setEnvironment } from "#test/support/vitest/environment.ts";

const ok: HttpResponse = { status: 200, headers: { "content-type": "application/json" }, body: "{}" };

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});
afterEach(() => {
  vi.useRealTimers();
});

const serve = (answer: HttpHandlerOptions["handle"], event = buildHttpEvent("/x"), context = buildLambdaContext()) =>
  createHttpHandler({ name: "test", handle: answer, renderError: renderError })(event, context);

const secured = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
};

const failing = (error: unknown) => async () => {
  throw error;
};

describe("createHttpHandler, request", () => {
  async function seen(...event: Parameters<typeof buildHttpEvent>): Promise<HttpRequest> {
    const requests: HttpRequest[] = [];
    await serve(
      async (request) => {
        requests.push(request);
        return ok;
      },
      buildHttpEvent(...event),
    );
    const [request] = requests;
    if (request === undefined) throw new Error("The handler was not called.");
    return request;
  }

  it("has the path, all repeated parameters and the origin that the caller used", async () => {
    const request = await seen("/a b/ü?x=1&x=2&y=%C3%BC+z", { headers: { authorization: "Bearer t" } });
    expect(request).toMatchObject({
      method: "GET",
      path: "/a b/ü",
      origin: "https://api.example.com",
      requestId: "req-1",
      headers: { authorization: "Bearer t" },
    });
    expect([...request.query]).toEqual([
      ["x", "1"],
      ["x", "2"],
      ["y", "ü z"],
    ]);
  });

  it("has an empty query without parameters", async () => expect([...(await seen("/x")).query]).toEqual([]));

  it("replaces HEAD by GET and keeps other methods", async () => {
    expect((await seen("/x", { method: "HEAD" })).method).toBe("GET");
    expect((await seen("/x", { method: "POST" })).method).toBe("POST");
  });

  it("accepts parameters with invalid percent-encoding", async () => {
    expect((await seen("/x?a=%E0%A4&%=1&&=&b")).query.get("a")).toBe("\ufffd");
  });
});

describe("createHttpHandler, response", () => {
  it("contains the handler's body and headers, the request id and the headers of the context", async () => {
    const response = await serve(async (_, trace) => {
      trace.responseHeaders["x-ratelimit-remaining"] = "5";
      return ok;
    });
    expect(response).toEqual({
      statusCode: 200,
      headers: {
        ...secured,
        "content-type": "application/json",
        "x-ratelimit-remaining": "5",
        "x-request-id": "req-1",
      },
      body: "{}",
    });
  });

  it("has the handler's cache-control if set", async () => {
    const headers = { "cache-control": "public, max-age=300" };
    expect(await serve(async () => ({ ...ok, headers }))).toMatchObject({ headers });
  });

  it("without a body has the headers of the context, too", async () => {
    const headers = { etag: 'W/"x"', "cache-control": "private, no-cache", vary: "authorization" };
    const event = buildHttpEvent("/x", { headers: { "accept-encoding": "br" } });
    const response = await serve(async (_, trace) => {
      trace.responseHeaders["x-ratelimit-remaining"] = "5";
      return { status: 304, headers, body: "" };
    }, event);
    expect(response).toEqual({
      statusCode: 304,
      headers: { ...secured, ...headers, "x-ratelimit-remaining": "5", "x-request-id": "req-1" },
      body: "",
    });
  });

  it("of an error has the same headers and the dialect's body", async () => {
    const response = await serve(async (_, trace) => {
      trace.responseHeaders["x-ratelimit-remaining"] = "0";
      throw new ActivityError("rate_limited", "Too many.", { retryAfter: 30 });
    });
    expect(response).toEqual({
      statusCode: 429,
      headers: {
        ...secured,
        "content-type": "application/json",
        "retry-after": "30",
        "x-ratelimit-remaining": "0",
        "x-request-id": "req-1",
      },
      body: '{"code":"rate_limit.exceeded","message":"Too many."}',
    });
  });

  it.each([new Error("hunter2"), new TypeError("hunter2"), "hunter2", null, undefined])(
    "of a defect is a 500 without details: %j",
    async (error) => {
      const response = await serve(failing(error));
      expect(response).toMatchObject({ statusCode: 500, headers: { "x-request-id": "req-1" } });
      expect(JSON.parse(response.body ?? "")).toEqual({
        code: "internal.error",
        message: "Internal error. Quote request_id when you report it.",
        request_id: "req-1",
      });
    },
  );

  it("is compressed when the caller asks for it, also an error", async () => {
    const event = buildHttpEvent("/x", { headers: { "accept-encoding": "gzip" } });
    const large = await serve(async () => ({ ...ok, body: "x".repeat(10_000) }), event);
    expect(large).toMatchObject({
      isBase64Encoded: true,
      headers: { "content-encoding": "gzip", "x-request-id": "req-1" },
    });
    const details = { valid: Array(2_000).fill("INVOICE") };
    const problem = await serve(failing(new ActivityError("invalid_value", "No.", { details })), event);
    expect(problem).toMatchObject({ statusCode: 400, isBase64Encoded: true });
  });

  it("is sent before the function times out", async () => {
    const response = await serve(() => new Promise(() => undefined), buildHttpEvent("/x"), buildLambdaContext(260));
    expect(response).toMatchObject({ statusCode: 503, headers: { "retry-after": "2", "x-request-id": "req-1" } });
    expect(JSON.parse(response.body ?? "")).toMatchObject({ code: "service.unavailable", request_id: "req-1" });
  });

  it("belongs to its own request when several run concurrently", async () => {
    const gates = ["a", "b"].map(() => Promise.withResolvers<void>());
    const run = createHttpHandler({
      name: "test",
      renderError: renderError,
      handle: async ({ path }, trace) => {
        trace.responseHeaders["x-path"] = path;
        await gates[path === "/a" ? 0 : 1]?.promise;
        return { ...ok, body: path };
      },
    });
    const responses = ["/a", "/b"].map((path) => run(buildHttpEvent(path), buildLambdaContext()));
    gates[1]?.resolve();
    gates[0]?.resolve();
    const answered = (await Promise.all(responses)).map(({ headers, body }) => [headers?.["x-path"], body]);
    expect(answered).toEqual([
      ["/a", "/a"],
      ["/b", "/b"],
    ]);
  });
});

describe("createHttpHandler, audit line", () => {
  it("is one per request, with the result and the fields of the context", async () => {
    vi.useFakeTimers({ now: testNow, toFake: ["Date"] });
    await serve(async (_, trace) => {
      Object.assign(trace.auditFields, { org_id: "org_a", token_id: "tok_1", count: 3 });
      return ok;
    });
    expect(lines).toEqual([
      {
        time: "2026-06-01T12:00:30.000Z",
        level: "info",
        message: "request",
        function: "test",
        request_id: "req-1",
        dialect: "test",
        method: "GET",
        status: 200,
        ip: "127.0.0.1",
        duration_ms: expect.any(Number),
        org_id: "org_a",
        token_id: "tok_1",
        count: 3,
        _aws: {
          Timestamp: testNow.getTime(),
          CloudWatchMetrics: [
            {
              Namespace: "ActivityLog",
              Dimensions: [["dialect"], []],
              Metrics: [{ Name: "duration_ms", Unit: "Milliseconds" }],
            },
          ],
        },
      },
    ]);
  });

  /** Every field that could be a metric. */
  const countable: ReadonlySet<string> = new Set(Object.values(metricNames));

  it.each([
    [200, async () => ok, null],
    [400, failing(new ActivityError("invalid_value", "No.")), null],
    [401, failing(new ActivityError("unauthenticated", "No.")), "RequestsUnauthenticated"],
    [403, failing(new ActivityError("scope_missing", "No.")), null],
    [404, failing(new ActivityError("not_found", "No.")), null],
    [429, failing(new ActivityError("rate_limited", "No.")), "RequestsRateLimited"],
    [500, failing(new Error("No.")), "RequestsFailed"],
    [503, failing(new ActivityError("unavailable", "No.")), "RequestsFailed"],
  ])("of a response %i contains all its metrics", async (status, answer, counted) => {
    await serve(answer);
    expect(lines).toMatchObject([{ status, dialect: "test", duration_ms: expect.any(Number) }]);
    const [line = {}] = lines;
    const counts = Object.entries(line).filter(([name]) => countable.has(name));
    expect(counts).toEqual(counted === null ? [] : [[counted, 1]]);
    const names = [...counts.map(([Name]) => ({ Name, Unit: "Count" })), { Name: "duration_ms", Unit: "Milliseconds" }];
    expect(line._aws).toEqual({
      Timestamp: Date.parse(String(line.time)),
      CloudWatchMetrics: [{ Namespace: "ActivityLog", Dimensions: [["dialect"], []], Metrics: names }],
    });
  });

  it("contains the token id of a 401 when it is well-formed, else none", async () => {
    const refused = new ActivityError("unauthenticated", "No.");
    await serve(failing(refused));
    for (const learned of [undefined, "tok_1"]) {
      await serve(async (_, trace) => {
        trace.auditFields.token_id = learned;
        throw refused;
      });
    }
    await serve(failing(new ActivityError("not_found", "No.")));
    expect(lines.map(({ status, token_id }) => [status, token_id])).toEqual([
      [401, "none"],
      [401, "none"],
      [401, "tok_1"],
      [404, undefined],
    ]);
  });

  it("contains the code of a refusal at level info", async () => {
    await serve(failing(new ActivityError("scope_missing", "No.")));
    expect(lines).toMatchObject([{ level: "info", status: 403, code: "scope_missing" }]);
    expect(lines[0]).not.toHaveProperty("stack");
  });

  it("contains the message and the causes of a defect", async () => {
    await serve(failing(new Error("outer", { cause: new Error("inner") })));
    expect(lines).toMatchObject([
      {
        level: "error",
        status: 500,
        error_message: "outer",
        stack: expect.any(String),
        cause: { error_message: "inner" },
      },
    ]);
  });

  it("contains the cause of an unavailable store", async () => {
    await serve(failing(new ActivityError("unavailable", "Busy.", { cause: new Error("ThrottlingException") })));
    expect(lines).toMatchObject([
      { level: "error", status: 503, code: "unavailable", cause: { error_message: "ThrottlingException" } },
    ]);
  });

  it("contains no token, query or body", async () => {
    const secrets = { authorization: "Bearer aibooks_pat_secret", cookie: "c=secret" };
    const event = buildHttpEvent("/x?actor_user_id=secret", { headers: secrets });
    await serve(async () => ({ ...ok, body: "secret" }), event);
    await serve(failing(new ActivityError("invalid_value", "Bad.")), event);
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });
});

describe("createHttpHandler behind CloudFront", () => {
  afterEach(() => setEnvironment({ [envVars.edgeSecret]: "", [envVars.edgeRequired]: "" }));

  const behindEdge = (headers: Record<string, string>) => {
    setEnvironment({ [envVars.edgeSecret]: "s3cret", [envVars.edgeRequired]: "true" });
    return serve(async ({ origin }) => ({ ...ok, body: origin }), buildHttpEvent("/x", { headers }));
  };

  it("serves requests of CloudFront and logs the viewer's address", async () => {
    const headers = {
      "x-activity-edge-secret": "s3cret",
      "x-activity-edge-host": "activity.example.com",
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
    };
    expect(await behindEdge(headers)).toMatchObject({ statusCode: 200, body: "https://activity.example.com" });
    expect(lines).toMatchObject([{ status: 200, ip: "203.0.113.9" }]);
  });

  it("refuses other requests before anything else and logs the sender's address", async () => {
    const response = await behindEdge({ "x-activity-edge-secret": "guess", "x-forwarded-for": "203.0.113.9" });
    expect(response).toMatchObject({ statusCode: 404 });
    expect(lines).toMatchObject([{ status: 404, code: "not_found", ip: "127.0.0.1" }]);
  });
});
