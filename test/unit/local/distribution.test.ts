import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createBucketSite } from "#infra/local/distribution/bucket-site.ts";
import { parseDistribution } from "#infra/local/distribution/distribution-definition.ts";
import { runViewerRequest } from "#infra/local/distribution/viewer-request.ts";
import type { GatewayRequest } from "#infra/local/http/payload-v2.ts";
import { createResources } from "#infra/local/template/resources.ts";

const folder = mkdtempSync(join(tmpdir(), "activity-log-site-"));
mkdirSync(join(folder, "app/assets"), { recursive: true });
writeFileSync(join(folder, "app/index.html"), "<p>Page");
writeFileSync(join(folder, "app/assets/a.js"), "a()");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = {
  account: "000000000000",
  region: "us-east-1",
  stackName: "test",
  api: "http://127.0.0.1:3000",
  services: "",
  streamLabels: new Map<string, string>(),
};

function policy(csp: unknown, settings: object = {}) {
  const override = { Override: true };
  const SecurityHeadersConfig = {
    ContentSecurityPolicy: { ContentSecurityPolicy: csp, ...override },
    ContentTypeOptions: override,
    ReferrerPolicy: { ReferrerPolicy: "no-referrer", ...override },
    StrictTransportSecurity: { AccessControlMaxAgeSec: 60, ...override },
    ...settings,
  };
  const CustomHeadersConfig = { Items: [{ Header: "X-Custom", Value: "1", ...override }] };
  const ResponseHeadersPolicyConfig = { Name: "p", CustomHeadersConfig, SecurityHeadersConfig };
  return { Type: "AWS::CloudFront::ResponseHeadersPolicy", Properties: { ResponseHeadersPolicyConfig } };
}

const code = `function handler({ request }) {
  if (request.uri === "/app") return { statusCode: 302, headers: { location: { value: "/app/" } } };
  return { ...request, uri: "/app/index.html" };
}`;

function behaviorsOf(changed: Record<string, { Type: string; Properties: Record<string, unknown> }> = {}) {
  const FunctionAssociations = [
    { EventType: "viewer-request", FunctionARN: { "Fn::GetAtt": ["Rewrite", "FunctionARN"] } },
  ];
  const Resources = {
    Api: { Type: "AWS::ApiGatewayV2::Api", Properties: {} },
    Files: { Type: "AWS::S3::Bucket", Properties: {} },
    Headers: policy({ "Fn::Join": ["", ["connect-src ", { "Fn::GetAtt": ["Api", "ApiEndpoint"] }]] }),
    FrameHeaders: policy("frame-ancestors https://a.example"),
    Rewrite: {
      Type: "AWS::CloudFront::Function",
      Properties: { FunctionCode: code, FunctionConfig: { Runtime: "cloudfront-js-2.0" } },
    },
    Distribution: {
      Type: "AWS::CloudFront::Distribution",
      Properties: {
        DistributionConfig: {
          Origins: [{ DomainName: { "Fn::GetAtt": ["Files", "RegionalDomainName"] }, S3OriginConfig: {} }],
          DefaultCacheBehavior: { ResponseHeadersPolicyId: { Ref: "Headers" }, FunctionAssociations },
          CacheBehaviors: [
            { PathPattern: "/app/assets/*", ResponseHeadersPolicyId: { Ref: "Headers" } },
            { PathPattern: "/app/frame?", ResponseHeadersPolicyId: { Ref: "FrameHeaders" }, FunctionAssociations },
          ],
        },
      },
    },
    ...changed,
  };
  return parseDistribution(createResources({ Resources, Outputs: {}, Conditions: {}, Parameters: {} }, place));
}

const site = createBucketSite(behaviorsOf() ?? [], {
  folder,
  path: "/app/",
  objectHeaders: (key) => ({ "content-type": key.endsWith(".js") ? "text/javascript" : "text/html" }),
});

function get(url: string, { method = "GET", rawHeaders = [] }: Partial<GatewayRequest> = {}) {
  return site({ method, url, rawHeaders, body: Buffer.alloc(0), sourceIp: "127.0.0.1", protocol: "HTTP/1.1" });
}

describe("site of a bucket", () => {
  it("serves what the function returns, with the headers of the object and of the policy", async () => {
    const response = await get("/app/any/path?filter=1");
    expect([response?.status, response?.body.toString()]).toEqual([200, "<p>Page"]);
    expect(response?.headers).toEqual({
      "content-type": "text/html",
      etag: expect.stringMatching(/^"[\da-f]{32}"$/),
      "x-custom": "1",
      "content-security-policy": "connect-src http://127.0.0.1:3000",
      "referrer-policy": "no-referrer",
      "strict-transport-security": "max-age=60",
      "x-content-type-options": "nosniff",
    });
  });

  it("uses the first behavior whose pattern matches the whole path", async () => {
    const policyOf = async (url: string) => (await get(url))?.headers["content-security-policy"];
    expect(await policyOf("/app/frame1")).toContain("frame-ancestors");
    for (const other of ["/app/frame", "/app/frame12", "/app/x/frame1"]) {
      expect(await policyOf(other)).toContain("connect-src");
    }
    expect((await get("/app/assets/a.js"))?.body.toString()).toBe("a()");
  });

  it("returns 304 when the caller has the file", async () => {
    const etag = (await get("/app/assets/a.js"))?.headers.etag ?? "";
    const again = await get("/app/assets/a.js", { rawHeaders: ["If-None-Match", etag] });
    expect([again?.status, again?.body.length, again?.headers.etag]).toEqual([304, 0, etag]);
  });

  it("returns the response of the function", async () => {
    const response = await get("/app");
    expect([response?.status, response?.headers.location]).toEqual([302, "/app/"]);
  });

  it.each(["/app/assets/missing.js", "/app/assets/../../secret", "/app/assets/%2e%2e/index.html", "/app/assets/"])(
    "returns 403, as S3 does, for %s",
    async (url) => expect((await get(url))?.status).toBe(403),
  );

  it("returns 403 for methods that CloudFront does not allow", async () => {
    expect((await get("/app/", { method: "POST" }))?.status).toBe(403);
    expect((await get("/app/", { method: "HEAD" }))?.status).toBe(200);
  });

  it.each(["/", "/api/v1/activities", "/apps/", "/x/app/"])("leaves %s to the API", async (url) => {
    expect(await get(url)).toBeUndefined();
  });
});

describe("parseDistribution", () => {
  it("returns undefined when no distribution has a bucket", () => {
    const DistributionConfig = { Origins: [{ OriginCustomHeaders: [] }], DefaultCacheBehavior: {} };
    const Distribution = { Type: "AWS::CloudFront::Distribution", Properties: { DistributionConfig } };
    expect(behaviorsOf({ Distribution })).toBeUndefined();
  });

  it("throws for a header that it does not know, and for another version of JavaScript", () => {
    const Headers = policy("default-src 'none'", { XSSProtection: { Protection: true, Override: true } });
    expect(() => behaviorsOf({ Headers })).toThrow(/Headers .*XSSProtection/s);
    const Properties = { FunctionCode: code, FunctionConfig: { Runtime: "cloudfront-js-1.0" } };
    const Rewrite = { Type: "AWS::CloudFront::Function", Properties };
    expect(() => behaviorsOf({ Rewrite })).toThrow(/cloudfront-js-2\.0/);
  });
});

describe("runViewerRequest", () => {
  it("runs the function without access to this process", () => {
    const probe = "function handler() { return { uri: [typeof process, typeof require, typeof fetch].join() } }";
    expect(runViewerRequest(probe, "GET", "/")).toEqual({ uri: "undefined,undefined,undefined" });
  });

  it("throws when the function fails, never ends, or returns neither a request nor a response", () => {
    expect(() => runViewerRequest("function handler() { throw new Error('broken') }", "GET", "/")).toThrow("broken");
    expect(() => runViewerRequest("function handler() { for (;;); }", "GET", "/")).toThrow("timed out");
    expect(() => runViewerRequest("function handler() { return {} }", "GET", "/")).toThrow();
  });
});
