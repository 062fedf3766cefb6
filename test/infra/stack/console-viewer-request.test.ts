import { describe, expect, it } from "vitest";
import { runViewerRequest } from "#infra/local/distribution/viewer-request.ts";
import { templateOf } from "#test/support/infra/template.ts";

const [viewerRequest] = Object.values(templateOf("dev").findResources("AWS::CloudFront::Function"));
const code: string = viewerRequest?.Properties.FunctionCode;
const at = (uri: string) => runViewerRequest(code, "GET", uri);

describe("function that CloudFront runs for the console", () => {
  it.each([
    "/console/",
    "/console/activity",
    "/console/documents/INVOICE/inv_1",
    "/console/documents/INVOICE/INV-2026.0042",
    "/console/documents/INVOICE/config.json",
    "/console/webhooks/deliveries/dlv_1",
    "/console/portal",
  ])("serves the page for %s", (uri) => {
    expect(at(uri)).toEqual({ uri: "/console/index.html" });
  });

  it.each(["/console/config.json", "/console/index.html", "/console/third-party-licences.txt"])(
    "serves the file %s",
    (uri) => {
      expect(at(uri)).toEqual({ uri });
    },
  );

  it.each(["/", "/console"])("redirects %s to the console", (uri) => {
    expect(at(uri)).toEqual({ statusCode: 302, headers: { location: { value: "/console/" } } });
  });

  it.each(["/favicon.ico", "/robots.txt", "/consoles/", "/CONSOLE/", "/api/v1/activities"])(
    "returns 404 for %s",
    (uri) => {
      expect(at(uri)).toMatchObject({ statusCode: 404 });
    },
  );

  it("is small enough for CloudFront, in the version of JavaScript that it is written in", () => {
    expect(Buffer.byteLength(code)).toBeLessThan(10_240);
    expect(viewerRequest?.Properties.FunctionConfig.Runtime).toBe("cloudfront-js-2.0");
  });
});
