import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { chooseEncoding, encodeResponse } from "#shared/api/handlers/encode-response.ts";

const response = (length: number, letter = "x") => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: letter.repeat(length),
});

describe("chooseEncoding", () => {
  it.each([
    ["", null],
    ["identity", null],
    ["deflate", null],
    ["gzip", "gzip"],
    ["br", "br"],
    ["gzip, deflate, br, zstd", "br"],
    ["GZIP", "gzip"],
    ["gzip;q=0.5", "gzip"],
    ["br;q=0, gzip", "gzip"],
    ["br; q=0.000 , gzip ; q=1", "gzip"],
    ["gzip;q=0", null],
    ["gzipped", null],
    ["*", null],
    [",,;", null],
  ])("for %j returns %s", (accepted, encoding) => expect(chooseEncoding(accepted)).toBe(encoding));
});

describe("encodeResponse, small body", () => {
  it("is not compressed", async () => {
    const { headers, body } = response(8 * 1024 - 1);
    expect(await encodeResponse(response(8 * 1024 - 1), "br, gzip")).toEqual({ statusCode: 200, headers, body });
  });
});

describe("encodeResponse, large body", () => {
  it("is compressed with Vary as Accept-Encoding asks", async () => {
    const zipped = await encodeResponse(response(8 * 1024, "ü"), "gzip");
    expect(zipped).toMatchObject({
      statusCode: 200,
      isBase64Encoded: true,
      headers: { "content-type": "application/json", "content-encoding": "gzip", vary: "accept-encoding" },
    });
    expect(gunzipSync(Buffer.from(zipped.body ?? "", "base64")).toString()).toBe("ü".repeat(8 * 1024));
    const brotli = await encodeResponse(response(8 * 1024, "ü"), "gzip, br");
    expect(brotli.headers?.["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(Buffer.from(brotli.body ?? "", "base64")).toString()).toBe("ü".repeat(8 * 1024));
  });

  it("keeps other names in Vary", async () => {
    const varying = (vary: string) => ({ ...response(8 * 1024), headers: { vary } });
    const { headers } = await encodeResponse(varying("authorization"), "gzip");
    expect(headers?.vary).toBe("authorization, accept-encoding");
    const known = await encodeResponse(varying("accept-encoding, authorization"), "gzip");
    expect(known.headers?.vary).toBe("accept-encoding, authorization");
  });

  it("is not compressed without Accept-Encoding, but has Vary", async () => {
    const { headers, body } = response(8 * 1024);
    expect(await encodeResponse(response(8 * 1024), "")).toEqual({
      statusCode: 200,
      headers: { ...headers, vary: "accept-encoding" },
      body,
    });
  });
});
