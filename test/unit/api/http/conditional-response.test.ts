import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import type { HttpResponse } from "#shared/api/http/request.ts";

const page: HttpResponse = { status: 200, headers: { "content-type": "application/json" }, body: '{"a":1}' };

const asked = (condition?: string, response = page) =>
  toConditionalResponse({ headers: condition === undefined ? {} : { "if-none-match": condition } }, response, [
    "x-aibooks-org",
  ]);

const etagOf = (response: HttpResponse) => asked(undefined, response).headers.etag ?? "";
const etag = etagOf(page);

it("toConditionalResponse adds ETag, Cache-Control and Vary", () => {
  expect(asked()).toEqual({
    ...page,
    headers: {
      "content-type": "application/json",
      etag: expect.stringMatching(/^W\/"[A-Za-z0-9_-]{27}"$/),
      "cache-control": "private, no-cache",
      vary: "accept-encoding, authorization, origin, x-aibooks-org",
    },
  });
});

it("toConditionalResponse returns 304 with the same headers and no body when the ETag matches", () => {
  expect(asked(etag)).toEqual({ status: 304, headers: asked().headers, body: "" });
});

describe("toConditionalResponse, If-None-Match", () => {
  it.each([etag, etag.slice(2), `"x", ${etag}`, `${etag},"x"`, ` W/"x" , ${etag} `, "*", " * "])(
    "%s matches",
    (condition) => expect(asked(condition).status).toBe(304),
  );

  it.each(["", '"x"', etag.toUpperCase(), etag.replaceAll('"', ""), `${etag.slice(0, -1)}`, `x${etag.slice(3)}`, "**"])(
    "%j does not match, and returns the whole page",
    (condition) => expect(asked(condition)).toEqual(asked()),
  );

  it("(property) returns 200 or 304 for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (condition) => {
        expect(condition.trim() === "*" ? 304 : 200).toBe(asked(condition).status);
      }),
    );
  });
});

describe("toConditionalResponse, ETag", () => {
  it("differs for another body or Link", () => {
    const others = [
      { ...page, body: '{"a":2}' },
      { ...page, body: "" },
      { ...page, headers: { ...page.headers, link: '<https://api.example.com/x>; rel="next"' } },
      { ...page, body: '{"a":1}\n', headers: page.headers },
    ];
    expect(new Set([page, ...others].map(etagOf)).size).toBe(5);
  });

  it("is the same for the same page and does not contain it", () => {
    expect(etagOf({ ...page })).toBe(etag);
    expect(Buffer.from(etag).toString("base64")).not.toContain(Buffer.from(page.body).toString("base64"));
  });
});
