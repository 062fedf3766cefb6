import { describe, expect, it } from "vitest";
import { parseFunctionResponse } from "#infra/local/http/gateway-response.ts";

const read = (result: unknown) => {
  const { body, ...rest } = parseFunctionResponse(JSON.stringify(result));
  return { ...rest, body: body.toString() };
};

describe("parseFunctionResponse", () => {
  it("returns status, headers, cookies and body of the result", () => {
    const result = { statusCode: 201, headers: { "Content-Type": "a/b", "X-N": 7 }, cookies: ["a=1"], body: "hi" };
    expect(read(result)).toEqual({
      status: 201,
      headers: { "content-type": "a/b", "x-n": "7" },
      cookies: ["a=1"],
      body: "hi",
    });
  });

  it("decodes a body that is marked as base64, and returns any other as text", () => {
    expect(read({ statusCode: 200, body: "aGk=", isBase64Encoded: true })).toMatchObject({
      body: "hi",
      headers: { "content-type": "text/plain;charset=UTF-8" },
    });
  });

  it("drops connection headers", () => {
    const headers = { "Content-Length": "999", Connection: "close", "x-a": "1" };
    expect(read({ statusCode: 200, headers }).headers).toEqual({
      "content-type": "text/plain;charset=UTF-8",
      "x-a": "1",
    });
  });

  it("infers the response from a result without a status", () => {
    expect(read({ a: 1 })).toMatchObject({
      status: 200,
      body: '{"a":1}',
      headers: { "content-type": "application/json" },
    });
    expect(read("text")).toMatchObject({ status: 200, body: "text" });
    expect(read(null)).toMatchObject({ status: 200, body: "null" });
  });

  it.each([{ statusCode: "abc" }, { statusCode: 200, body: { not: "text" } }, { statusCode: 99 }])(
    "returns the gateway's error for the malformed result %j",
    (result) => {
      expect(read(result)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
    },
  );
});
