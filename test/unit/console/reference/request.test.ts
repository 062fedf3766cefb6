import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { parseOperation } from "#clients/console/reference/description/parse-operation.ts";
import { createResolve } from "#clients/console/reference/description/resolve.ts";
import { buildRequest, findInputProblem } from "#clients/console/reference/request/build-request.ts";
import { formatCurl } from "#clients/console/reference/request/format-curl.ts";
import { sendRequest } from "#clients/console/reference/request/send-request.ts";

const operation = parseOperation(
  {
    operationId: "retry",
    parameters: [
      { name: "id", in: "path", required: true },
      { name: "since", in: "query" },
      { name: "limit", in: "query" },
      { name: "X-AIBooks-Org", in: "header" },
    ],
    requestBody: { content: { "application/json": {} } },
  },
  { method: "post", path: "/items/{id}/retry", isReceived: true },
  createResolve({}),
);
const input = { values: { "path:id": "a/b?c", "query:since": "2026-05-11T14:00+05:30", "query:limit": " " }, body: "" };

describe("buildRequest", () => {
  it("encodes the path and the query, and leaves out what has no value", () => {
    expect(buildRequest(operation, input)).toEqual({
      method: "POST",
      path: "/items/a%2Fb%3Fc/retry?since=2026-05-11T14%3A00%2B05%3A30",
      headers: {},
      body: null,
    });
  });

  it("sends headers, and the body with its media type", () => {
    const values = { ...input.values, "header:X-AIBooks-Org": "org_1" };
    expect(buildRequest(operation, { values, body: "{}" })).toMatchObject({
      headers: { "X-AIBooks-Org": "org_1", "Content-Type": "application/json" },
      body: "{}",
    });
  });
});

describe("findInputProblem", () => {
  it.each([
    [null, input],
    [null, { ...input, body: '{"a":1}' }],
    ["Enter id.", { values: {}, body: "" }],
    ["The body is not valid JSON.", { ...input, body: "{" }],
    ["Enter another id: this one would lead to another path.", { values: { "path:id": ".." }, body: "" }],
    ["Enter another id: this one would lead to another path.", { values: { "path:id": " . " }, body: "" }],
  ])("returns %j", (problem, given) => {
    expect(findInputProblem(operation, given)).toBe(problem);
  });
});

describe("formatCurl", () => {
  it("is a command that a shell reads back as it was, without a token", () => {
    const body = `{"name":"it's $HOME \`id\` \\\\ \\n"}`;
    const request = { method: "POST", path: "/items?a=1&b='2'", headers: { "X-A": "b c" }, body };
    const command = formatCurl(request).replace(/^curl/, `node -p 'JSON.stringify(process.argv.slice(1))' --`);
    const env = {
      PATH: `${process.execPath.replace(/\/node$/, "")}:/usr/bin:/bin`,
      API: "http://a",
      ACTIVITY_TOKEN: "T",
    };
    const words: unknown = JSON.parse(execFileSync("sh", ["-c", command], { env, encoding: "utf8" }));
    expect(words).toEqual([
      "-X",
      "POST",
      "http://a/items?a=1&b='2'",
      "-H",
      "Authorization: Bearer T",
      "-H",
      "X-A: b c",
      "-d",
      body,
    ]);
    expect(formatCurl(request)).toContain("$ACTIVITY_TOKEN");
  });
});

describe("sendRequest", () => {
  const request = { method: "GET", path: "/items", headers: {}, body: null };

  it("returns a response of any status, with indented JSON", async () => {
    const ports = {
      origin: "https://api.example.com",
      fetch: async () => new Response('{"code":"x"}', { status: 404, headers: { "x-request-id": "req_1" } }),
      now: () => 5,
    };
    expect(await sendRequest(request, ports)).toMatchObject({
      status: 404,
      body: '{\n  "code": "x"\n}',
      durationMs: 0,
    });
  });

  it("returns a body as it is when its numbers are more exact than those of JavaScript", async () => {
    const body = '{"total":12345678901234567890.12,"other":1e400}';
    const ports = { origin: "https://api.example.com", fetch: async () => new Response(body), now: () => 0 };
    expect((await sendRequest(request, ports)).body).toBe(body);
  });

  it.each([
    "//other.example.com/",
    "https://other.example.com/",
    "/\\other.example.com/",
    "/items/../tokens",
    "/items/%2e%2e/tokens",
  ])("throws TypeError, and sends nothing, when the path is %s", async (path) => {
    const sent: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      sent.push(url);
      return new Response();
    };
    const ports = { origin: "https://api.example.com", fetch, now: () => 0 };
    await expect(sendRequest({ ...request, path }, ports)).rejects.toThrow(TypeError);
    expect(sent).toEqual([]);
  });
});
