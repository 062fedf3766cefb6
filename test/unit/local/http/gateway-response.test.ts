import { describe, expect, it } from "vitest";
import { parseFunctionResponse } from "#infra/local/http/gateway-response.ts";

const read = (result: unknown) => {
  const { body, ...rest } = parseFunctionResponse(JSON.stringify(result));
  return { ...rest, body: body.toString() };
};

describe("the response that a function's result stands for", () => {
  it("is as it says", () => {
    const result = { statusCode: 201, headers: { "Content-Type": "a/b", "X-N": 7 }, cookies: ["a=1"], body: "hi" };
    expect(read(result)).toEqual({
      status: 201,
      headers: { "content-type": "a/b", "x-n": "7" },
      cookies: ["a=1"],
      body: "hi",
    });
  });

  it("is decoded from base64 where marked, and is text where it does not say", () => {
    expect(read({ statusCode: 200, body: "aGk=", isBase64Encoded: true })).toMatchObject({
      body: "hi",
      headers: { "content-type": "text/plain;charset=UTF-8" },
    });
  });

  it("never carries headers that belong to the connection", () => {
    const headers = { "Content-Length": "999", Connection: "close", "x-a": "1" };
    expect(read({ statusCode: 200, headers }).headers).toEqual({
      "content-type": "text/plain;charset=UTF-8",
      "x-a": "1",
    });
  });

  it("is inferred from a result without a status", () => {
    expect(read({ a: 1 })).toMatchObject({
      status: 200,
      body: '{"a":1}',
      headers: { "content-type": "application/json" },
    });
    expect(read("text")).toMatchObject({ status: 200, body: "text" });
    expect(read(null)).toMatchObject({ status: 200, body: "null" });
  });

  it.each([{ statusCode: "abc" }, { statusCode: 200, body: { not: "text" } }, { statusCode: 99 }])(
    "is the gateway's own error when malformed: %j",
    (result) => {
      expect(read(result)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
    },
  );
});
