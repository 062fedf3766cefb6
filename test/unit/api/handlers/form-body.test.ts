import { beforeEach, describe, expect, it } from "vitest";
import { parseFormOrJsonBody } from "#shared/api/handlers/form-body.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { renderOauthError } from "#shared/api/oauth/errors.ts";
import { ActivityError } from "#shared/errors.ts";
import { buildHttpEvent, buildLambdaContext } from "#test/support/api/http-event.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

const form = "application/x-www-form-urlencoded";
const base64 = (text: string | Uint8Array) => Buffer.from(text).toString("base64");

type Sent = { readonly type?: string | null; readonly isBase64Encoded?: boolean };

function posted(body: string | undefined, { type = form, isBase64Encoded = false }: Sent = {}) {
  const headers = type === null ? {} : { "content-type": type };
  const event = { ...buildHttpEvent("/x", { method: "POST", headers }), isBase64Encoded };
  return body === undefined ? event : { ...event, body };
}

/** What a function answers that answers the body it got. */
async function echo(body: string | undefined, sent?: Sent) {
  const answer = async (request: HttpRequest) => ({
    status: 200,
    headers: {},
    body: JSON.stringify({ got: request.body() }),
  });
  const run = createHttpHandler({
    name: "test",
    handle: answer,
    renderError: renderOauthError,
    parseBody: parseFormOrJsonBody,
  });
  const { statusCode, body: text = "" } = await run(posted(body, sent), buildLambdaContext());
  return { status: statusCode, ...JSON.parse(text) };
}

describe("parseFormOrJsonBody, form", () => {
  it.each([
    ["one field", "grant_type=client_credentials", { grant_type: "client_credentials" }],
    ["several", "a=1&b=2&c=", { a: "1", b: "2", c: "" }],
    ["encoded", "a%20b=%C5%BE+%F0%9F%A7%BE%2B%26", { "a b": "ž 🧾+&" }],
    ["without values", "a&=b&&", { a: "", "": "b" }],
    ["in no valid encoding", "a=%E0%A4&b=%zz", { a: "\ufffd", b: "%zz" }],
    ["empty", "", {}],
  ])("returns an object of strings: %s", async (_, text, got) =>
    expect(await echo(text)).toEqual({ status: 200, got }),
  );

  it("returns an empty object for an empty body", async () => {
    expect(await echo(undefined)).toEqual({ status: 200, got: {} });
  });

  it.each([`${form}; charset=UTF-8`, `${form};charset=utf-8`, `${form} ; x`, form.toUpperCase()])(
    "recognises the content type %s",
    async (type) => expect(await echo("a=1", { type })).toEqual({ status: 200, got: { a: "1" } }),
  );

  it("decodes Base64, which API Gateway sends for forms", async () => {
    expect(await echo(base64("a=%C5%BE&b=ž"), { isBase64Encoded: true })).toEqual({
      status: 200,
      got: { a: "ž", b: "ž" },
    });
  });

  it("cannot change the prototype", async () => {
    const { got } = await echo("__proto__=admin&constructor=x&a=1");
    expect(Object.entries(got)).toEqual([
      ["__proto__", "admin"],
      ["constructor", "x"],
      ["a", "1"],
    ]);
    expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
  });

  const largest = `a=${"x".repeat(64 * 1024 - 2)}`;

  it("accepts 64 KB at most, in Base64 or not", async () => {
    expect((await echo(largest)).status).toBe(200);
    expect((await echo(base64(largest), { isBase64Encoded: true })).status).toBe(200);
    for (const [text, sent] of [
      [`${largest}x`, {}],
      [base64(`${largest}x`), { isBase64Encoded: true }],
      ["ž".repeat(32 * 1024 + 1), {}],
    ] as const) {
      const { status, error } = await echo(text, sent);
      expect([status, error]).toEqual([413, "payload_too_large"]);
    }
  });
});

describe("parseFormOrJsonBody, JSON", () => {
  it.each(["application/json", "application/json; charset=utf-8"])("recognises the content type %s", async (type) => {
    expect(await echo('{"a":[1]}', { type })).toEqual({ status: 200, got: { a: [1] } });
    expect(await echo(base64('{"a":"ž"}'), { type, isBase64Encoded: true })).toEqual({ status: 200, got: { a: "ž" } });
  });

  it.each(["a=1", '{"a":', '{"__proto__":{"admin":true}}'])("refuses malformed JSON: %s", async (text) => {
    const { status, error } = await echo(text, { type: "application/json" });
    expect([status, error]).toEqual([400, "invalid_request"]);
  });
});

it.each([null, "", "text/plain", "multipart/form-data", `${form}x`, `x-${form}`, `text/plain; ${form}`])(
  "parseFormOrJsonBody refuses the content type %j with the accepted ones",
  async (type) => {
    const { status, error, error_description } = await echo("a=1", { type });
    expect([status, error]).toEqual([415, "unsupported_media_type"]);
    expect(error_description).toContain("Content-Type");
  },
);

it("parseFormOrJsonBody throws only when the body is used, so that an unauthorised caller gets 401 first", async () => {
  const answer = async () => {
    throw new ActivityError("unauthenticated", "No.");
  };
  const run = createHttpHandler({
    name: "test",
    handle: answer,
    renderError: renderOauthError,
    parseBody: parseFormOrJsonBody,
  });
  expect((await run(posted("x".repeat(70_000)), buildLambdaContext())).statusCode).toBe(401);
  expect((await run(posted("x", { type: "text/plain" }), buildLambdaContext())).statusCode).toBe(401);
});

it("bodies of forms are never logged, also invalid ones", async () => {
  await echo("a=hidden");
  await echo(`a=hidden${"x".repeat(70_000)}`);
  await echo("hidden", { type: null });
  expect(lines).toHaveLength(3);
  expect(JSON.stringify(lines)).not.toContain("hidden");
});
