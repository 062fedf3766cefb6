import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { beforeEach, describe, expect, it } from "vitest";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { parseJsonBody } from "#shared/api/handlers/json-body.ts";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { ActivityError } from "#shared/errors.ts";
import { buildHttpEvent, buildLambdaContext } from "#test/support/api/http-event.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

type Sent = { method?: string; type?: string | null; base64?: boolean };

function posted(
  body: string | undefined,
  { method = "POST", type = "application/json", base64 = false }: Sent = {},
): APIGatewayProxyEventV2 {
  const headers = type === null ? {} : { "content-type": type };
  const event = { ...buildHttpEvent("/x", { method, headers }), isBase64Encoded: base64 };
  return body === undefined ? event : { ...event, body };
}

/** What a function answers that answers the body it got. */
async function echo(event: APIGatewayProxyEventV2, readBody: typeof parseJsonBody | null = parseJsonBody) {
  const answer = async ({ body }: HttpRequest) => ({ status: 200, headers: {}, body: JSON.stringify({ got: body() }) });
  const { statusCode, body = "" } = await createHttpHandler({
    name: "test",
    handle: answer,
    renderError: renderError,
    ...(readBody && { parseBody: readBody }),
  })(event, buildLambdaContext());
  return { status: statusCode, ...JSON.parse(body) };
}

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString("base64");

describe("parseJsonBody", () => {
  it.each([
    ["an object", '{"url":"https://x.example","n":[1,null]}', {}],
    ["of PATCH", '{"a":1}', { method: "PATCH" }],
    ["with a charset", '{"a":1}', { type: "application/json; charset=utf-8" }],
    ["of a JSON type", '{"a":1}', { type: "application/merge-patch+json" }],
    ["in any spelling of its type", '{"a":1}', { type: "Application/JSON" }],
    ["an array, which later validation refuses", "[7]", {}],
    ["null", "null", {}],
    ["with non-ASCII characters", '{"ä":"№ 😀\\u0000"}', {}],
    ["of the maximum size", JSON.stringify("x".repeat(64 * 1024 - 2)), {}],
  ])("parses a body: %s", async (_, text, sent) => {
    expect(await echo(posted(text, sent))).toEqual({ status: 200, got: JSON.parse(text) });
  });

  it("decodes Base64, which API Gateway sends for binary content types", async () => {
    expect(await echo(posted(base64('{"ä":1}'), { base64: true }))).toEqual({ status: 200, got: { ä: 1 } });
  });

  it.each([
    ["none", undefined, {}],
    ["an empty one", "", {}],
    ["one of GET", '{"a":1}', { method: "GET" }],
    ["one of DELETE", "no json", { method: "DELETE", type: null }],
  ])("returns undefined for %s", async (_, text, sent) => {
    expect(await echo(posted(text, sent))).toEqual({ status: 200 });
  });

  it("is not used by handlers without a body", async () => {
    expect(await echo(posted("no json", { type: null }), null)).toEqual({ status: 200 });
  });

  it.each([
    ["not JSON", "no json", {}],
    ["blank", " ", {}],
    ["cut off", '{"a":', {}],
    ["two values", "{} {}", {}],
    ["with a byte order mark", "\ufeff{}", {}],
    ["with a byte order mark, in Base64", base64("\ufeff{}"), { base64: true }],
    ["in UTF-16", base64(Buffer.from('{"a":1}', "utf16le")), { base64: true }],
    ["compressed", base64(Uint8Array.of(0x1f, 0x8b, 8, 0)), { base64: true }],
    ["Base64 without the flag", base64("{}"), {}],
    ["text with the flag of Base64", "{}", { base64: true }],
    ["with a key that would change the prototype", '{"__proto__":{"admin":true}}', {}],
    ["nested and not closed", "[".repeat(30_000), {}],
    ["nested deeply", `${"[".repeat(30_000)}${"]".repeat(30_000)}`, {}],
  ])("refuses a body: %s", async (_, text, sent) => {
    const { status, code, message } = await echo(posted(text, sent));
    expect([status, code, message]).toEqual([
      400,
      "validation.invalid_value",
      expect.stringContaining("JSON in UTF-8"),
    ]);
  });

  it.each([
    ["has a key twice", '{"url":"https://one.example","url":"https://two.example"}', "The key 'url' appears twice"],
    ["has a key twice, once escaped", '{"a":[{"b":1,"\\u0062":2}]}', "The key 'b' appears twice"],
    ["has a number that would lose precision", '{"n":9007199254740993}', "9007199254740993 cannot be stored exactly"],
  ])("refuses a body that %s, as text and in Base64", async (_, text, reason) => {
    for (const event of [posted(text), posted(base64(text), { base64: true })]) {
      const { status, code, message } = await echo(event);
      expect([status, code, message]).toEqual([400, "validation.invalid_value", expect.stringContaining(reason)]);
    }
  });

  it.each([null, "", "text/plain", "application/x-www-form-urlencoded", "text/plain;charset=UTF-8", "json"])(
    "refuses the content type %j with the accepted one",
    async (type) => {
      const { status, field, message } = await echo(posted("{}", { type }));
      expect([status, field, message]).toEqual([400, "Content-Type", expect.stringContaining("application/json")]);
    },
  );

  it.each([
    ["in bytes", JSON.stringify("x".repeat(64 * 1024 - 1)), {}],
    ["in bytes rather than characters", JSON.stringify("ü".repeat(32 * 1024)), {}],
    ["in what base64 holds", base64(JSON.stringify("x".repeat(64 * 1024))), { base64: true }],
  ])("refuses a body that is too large: %s", async (_, text, sent) => {
    const { status, code } = await echo(posted(text, sent));
    expect([status, code]).toEqual([413, "validation.too_large"]);
  });
});

it("parseJsonBody throws only when the body is used, so that an unauthorised caller gets 401 first", async () => {
  const answer = async () => {
    throw new ActivityError("unauthenticated", "No.");
  };
  const run = createHttpHandler({ name: "test", handle: answer, renderError: renderError, parseBody: parseJsonBody });
  expect((await run(posted("no json"), buildLambdaContext())).statusCode).toBe(401);
});

it("bodies of JSON are never logged, also invalid ones", async () => {
  await echo(posted('{"a":"hidden"}'));
  await echo(posted('{"a":"hidden"'));
  await echo(posted("hidden", { type: null }));
  expect(lines).toHaveLength(3);
  expect(JSON.stringify(lines)).not.toContain("hidden");
});
