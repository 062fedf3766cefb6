import { describe, expect, it } from "vitest";
import { type GatewayRequest, rawPathOf, toPayloadV2 } from "#infra/local/http/payload-v2.ts";

const facts = { account: "1", apiId: "local", requestId: "r1", time: new Date("2026-03-12T19:03:58.000Z") };
const route = { routeKey: "GET /a", pathParameters: {} };

function eventOf(over: Partial<GatewayRequest>) {
  const request = {
    method: "GET",
    url: "/a",
    rawHeaders: [],
    body: Buffer.alloc(0),
    sourceIp: "::1",
    protocol: "HTTP/1.1",
  };
  return toPayloadV2({ ...request, ...over }, route, facts);
}

describe("rawPathOf", () => {
  it.each([
    ["/a/b", "/a/b"],
    ["/a%20b/%C5%99%2Fx?q=%20", "/a b/ř/x"],
    ["/a%3Fb/c", "/a"],
    ["/a%2541", "/a%41"],
    ["/100%/a%zz", "/100%/a%zz"],
    ["/a+b", "/a+b"],
    ["/%ff", "/\ufffd"],
  ])("%s is %s", (url, path) => {
    expect(rawPathOf(url)).toBe(path);
  });
});

describe("payload format 2.0", () => {
  it("joins repeated query parameters and headers by commas, and keeps the raw query", () => {
    const event = eventOf({
      url: "/a?x=1&x=2%2C3&y&z=a+b&__proto__=p",
      rawHeaders: ["Host", "localhost:3000", "X-A", "1", "x-a", "2", "Cookie", "a=1; b=2"],
    });
    expect(event.rawQueryString).toBe("x=1&x=2%2C3&y&z=a+b&__proto__=p");
    expect(Object.entries(event.queryStringParameters ?? {})).toEqual([
      ["x", "1,2,3"],
      ["y", ""],
      ["z", "a b"],
      ["__proto__", "p"],
    ]);
    expect(event.headers).toEqual({
      host: "localhost:3000",
      "x-a": "1,2",
      "x-forwarded-for": "::1",
      "x-forwarded-port": "3000",
      "x-forwarded-proto": "http",
    });
    expect(event.cookies).toEqual(["a=1", "b=2"]);
  });

  it("omits parts that a request does not have", () => {
    const event = eventOf({});
    expect(event).not.toHaveProperty("queryStringParameters");
    expect(event).not.toHaveProperty("cookies");
    expect(event).not.toHaveProperty("pathParameters");
    expect(event).not.toHaveProperty("body");
    expect(event.isBase64Encoded).toBe(false);
  });

  it("has a text body unchanged, and any other body in base64", () => {
    expect(eventOf({ body: Buffer.from('{"a":"ř"}') })).toMatchObject({ body: '{"a":"ř"}', isBase64Encoded: false });
    expect(eventOf({ body: Buffer.from([0xff, 0]) })).toMatchObject({ body: "/wA=", isBase64Encoded: true });
  });

  it("formats the time like API Gateway", () => {
    expect(eventOf({}).requestContext).toMatchObject({ time: "12/Mar/2026:19:03:58 +0000", timeEpoch: 1773342238000 });
  });
});
