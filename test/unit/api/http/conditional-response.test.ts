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

it("gives a page a validator, and says who may keep it", () => {
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

it("answers 304 with the same headers, and no body, to a caller that has the page", () => {
  expect(asked(etag)).toEqual({ status: 304, headers: asked().headers, body: "" });
});

describe("a condition", () => {
  it.each([etag, etag.slice(2), `"x", ${etag}`, `${etag},"x"`, ` W/"x" , ${etag} `, "*", " * "])(
    "%s names the page",
    (condition) => expect(asked(condition).status).toBe(304),
  );

  it.each(["", '"x"', etag.toUpperCase(), etag.replaceAll('"', ""), `${etag.slice(0, -1)}`, `x${etag.slice(3)}`, "**"])(
    "%j does not, and the page is answered whole",
    (condition) => expect(asked(condition)).toEqual(asked()),
  );

  it("of any text is answered, with one or the other", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (condition) => {
        expect(condition.trim() === "*" ? 304 : 200).toBe(asked(condition).status);
      }),
    );
  });
});

describe("the validator", () => {
  it("is another one for another body, link or place of the same text", () => {
    const others = [
      { ...page, body: '{"a":2}' },
      { ...page, body: "" },
      { ...page, headers: { ...page.headers, link: '<https://api.example.com/x>; rel="next"' } },
      { ...page, body: '{"a":1}\n', headers: page.headers },
    ];
    expect(new Set([page, ...others].map(etagOf)).size).toBe(5);
  });

  it("is the same for the same page, and does not show it", () => {
    expect(etagOf({ ...page })).toBe(etag);
    expect(Buffer.from(etag).toString("base64")).not.toContain(Buffer.from(page.body).toString("base64"));
  });
});
