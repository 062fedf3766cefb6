import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { envVars } from "#shared/platform/env-vars.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { inWords, plainId, templateOf } from "#test/support/infra/template.ts";

const { domain, edge } = fullStage;
const settings = fullStage.console;

/** The properties of the resource of a type whose id begins with a prefix. */
function only(template: Template, type: string, prefix = "Console") {
  const found = Object.entries(template.findResources(type)).filter(([id]) => plainId(id).startsWith(prefix));
  const [[, resource] = [], ...others] = found;
  if (resource === undefined || others.length > 0)
    throw new Error(`There is not exactly one ${type}: ${found.length}.`);
  return resource;
}

/** The values of a variable, by the functions that have it. */
function valuesOf(template: Template, variable: string): Record<string, string> {
  const functions = Object.entries(template.findResources("AWS::Lambda::Function"));
  const found = functions.flatMap(([id, { Properties }]) => {
    const value: unknown = Properties.Environment?.Variables?.[variable];
    return value === undefined ? [] : [[plainId(id), inWords(value)]];
  });
  return Object.fromEntries(found);
}

/** The headers of a policy, as text. */
function headersOf(template: Template, id: string) {
  return only(template, "AWS::CloudFront::ResponseHeadersPolicy", id).Properties.ResponseHeadersPolicyConfig;
}

function policyText(template: Template, id: string): string {
  return inWords(headersOf(template, id).SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy);
}

const stages = [
  ["dev", templateOf("dev"), "PublicApi"],
  ["prod with a domain and no edge", templateOf("prod", { domain, console: settings }), `https://${domain.name}`],
  [
    "prod with an edge",
    templateOf("prod", { region: "us-east-1", domain, edge, console: settings }),
    `https://${domain.name}`,
  ],
] as const;

describe.each(stages)("console of %s", (_, template, api) => {
  const distribution = only(template, "AWS::CloudFront::Distribution").Properties.DistributionConfig;
  const bucketId = Object.keys(template.findResources("AWS::S3::Bucket")).find((id) => plainId(id) === "ConsoleBucket");

  it("has a private, encrypted bucket with versions, that outlives the stack", () => {
    const { Properties, DeletionPolicy } = only(template, "AWS::S3::Bucket");
    expect(DeletionPolicy).toBe("RetainExceptOnCreate");
    expect(Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: "Enabled" },
      LifecycleConfiguration: { Rules: [{ NoncurrentVersionExpiration: { NoncurrentDays: 90 }, Status: "Enabled" }] },
    });
    expect(Properties).not.toHaveProperty("WebsiteConfiguration");
  });

  it("lets only its distribution read the bucket, over TLS 1.2 or newer", () => {
    const statements = only(template, "AWS::S3::BucketPolicy").Properties.PolicyDocument.Statement;
    const [allowed, ...others] = statements.filter(({ Effect }: { Effect: string }) => Effect === "Allow");
    expect(others).toEqual([]);
    expect(allowed).toMatchObject({ Action: "s3:GetObject", Principal: { Service: "cloudfront.amazonaws.com" } });
    expect(inWords(allowed.Resource)).toBe("ConsoleBucket/*");
    expect(Object.keys(allowed.Condition)).toEqual(["StringEquals"]);
    expect(inWords(allowed.Condition.StringEquals["AWS:SourceArn"])).toBe(
      "arn:AWS::Partition:cloudfront::AWS::AccountId:distribution/ConsoleDistribution",
    );
    const denied = statements.filter(({ Effect }: { Effect: string }) => Effect === "Deny");
    expect(denied.map(({ Condition }: { Condition: unknown }) => Condition)).toEqual([
      { Bool: { "aws:SecureTransport": "false" } },
      { NumericLessThan: { "s3:TlsVersion": 1.2 } },
    ]);
  });

  it("reads the bucket with signed requests", () => {
    const [origin, ...others] = distribution.Origins;
    expect(others).toEqual([]);
    expect(origin.DomainName).toEqual({ "Fn::GetAtt": [bucketId, "RegionalDomainName"] });
    expect(inWords(origin.OriginAccessControlId)).toBe("ConsoleOriginAccess");
    expect(only(template, "AWS::CloudFront::OriginAccessControl").Properties.OriginAccessControlConfig).toMatchObject({
      OriginAccessControlOriginType: "s3",
      SigningBehavior: "always",
      SigningProtocol: "sigv4",
    });
  });

  it("caches assets, and neither pages nor configuration", () => {
    // The IDs of the managed policies CachingDisabled and CachingOptimized.
    const [disabled, optimized] = ["4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "658327ea-f89d-4fab-a63d-7e88639e58f6"];
    const behaviors = [...distribution.CacheBehaviors, { PathPattern: "*", ...distribution.DefaultCacheBehavior }];
    const described = behaviors.map(({ PathPattern, CachePolicyId, FunctionAssociations, ResponseHeadersPolicyId }) => [
      PathPattern,
      CachePolicyId,
      FunctionAssociations?.map(({ EventType }: { EventType: string }) => EventType) ?? [],
      inWords(ResponseHeadersPolicyId),
    ]);
    expect(described).toEqual([
      ["/console/assets/*", optimized, [], "ConsoleHeaders"],
      ["/console/portal", disabled, ["viewer-request"], "ConsolePortalHeaders"],
      ["/console/portal/*", disabled, ["viewer-request"], "ConsolePortalHeaders"],
      ["*", disabled, ["viewer-request"], "ConsoleHeaders"],
    ]);
    for (const one of behaviors) {
      expect(one).toMatchObject({ ViewerProtocolPolicy: "redirect-to-https", Compress: true });
      expect(one).not.toHaveProperty("AllowedMethods");
      expect(one).not.toHaveProperty("OriginRequestPolicyId");
    }
  });

  it("allows its own scripts, its own styles and requests to the API, and no frame", () => {
    const policy = `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ${api}; base-uri 'none'; form-action 'none'; frame-ancestors`;
    expect(policyText(template, "ConsoleHeaders")).toBe(`${policy} 'none'`);
    const ancestors =
      api === "PublicApi" ? "http://localhost:* http://127.0.0.1:*" : settings.portalFrameAncestors.join(" ");
    expect(policyText(template, "ConsolePortalHeaders")).toBe(`${policy} ${ancestors}`);
  });

  it.each(["ConsoleHeaders", "ConsolePortalHeaders"])(
    "sends the security headers (%s), in place of those of S3",
    (id) => {
      const { SecurityHeadersConfig, CustomHeadersConfig } = headersOf(template, id);
      expect(SecurityHeadersConfig).toEqual({
        ContentSecurityPolicy: { ContentSecurityPolicy: expect.anything(), Override: true },
        ContentTypeOptions: { Override: true },
        ReferrerPolicy: { ReferrerPolicy: "no-referrer", Override: true },
        StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, Override: true },
      });
      expect(CustomHeadersConfig.Items).toEqual([
        { Header: "cross-origin-opener-policy", Value: "same-origin", Override: true },
        {
          Header: "permissions-policy",
          Value: "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
          Override: true,
        },
      ]);
    },
  );

  it("leads browsers from the address of the API to the console", () => {
    const origin = api === "PublicApi" ? "https://ConsoleDistribution" : `https://${settings.domain.name}`;
    expect(valuesOf(template, envVars.consoleUrl)).toEqual({ PublicApiOpenApi: `${origin}/console/` });
    expect(inWords(template.findOutputs("ConsoleUrl").ConsoleUrl?.Value)).toBe(`${origin}/console/`);
    expect(inWords(template.findOutputs("BucketConsole").BucketConsole?.Value)).toBe("ConsoleBucket");
  });
});

describe("origins that may call the API", () => {
  const all = Object.keys(valuesOf(templateOf("prod", { corsOrigins: ["https://a.example"] }), envVars.corsOrigins));

  it("include the console for all functions of the API", () => {
    const origins = (corsOrigins: string[]) =>
      valuesOf(templateOf("prod", { domain, console: settings, corsOrigins }), envVars.corsOrigins);
    expect(all.length).toBeGreaterThanOrEqual(7);
    const given = (value: string) => Object.fromEntries(all.map((fn) => [fn, value]));
    expect(origins([])).toEqual(given("https://console.example.com"));
    expect(origins(["https://a.example"])).toEqual(given("https://a.example https://console.example.com"));
    expect(origins(["*"])).toEqual(given("*"));
  });

  it("include the name that CloudFront assigns, without a cycle of dependencies", () => {
    const template = templateOf("dev", { corsOrigins: [] });
    expect(valuesOf(template, envVars.corsOrigins).PublicApiFinzbooks).toBe("https://ConsoleDistribution");
  });
});

describe("domain of the console", () => {
  it("is served over TLS 1.2 or newer, and has records for IPv4 and IPv6", () => {
    const template = templateOf("prod", { domain, console: settings });
    expect(only(template, "AWS::CloudFront::Distribution").Properties.DistributionConfig).toMatchObject({
      Aliases: ["console.example.com"],
      HttpVersion: "http2and3",
      ViewerCertificate: { AcmCertificateArn: settings.domain.certificateArn, MinimumProtocolVersion: "TLSv1.2_2021" },
    });
    const records = Object.values(template.findResources("AWS::Route53::RecordSet")).map(
      ({ Properties }) => Properties,
    );
    const ofConsole = records.filter(({ Name }) => Name === "console.example.com.");
    expect(ofConsole.map(({ Type, AliasTarget }) => [Type, inWords(AliasTarget.DNSName)])).toEqual([
      ["A", "ConsoleDistribution"],
      ["AAAA", "ConsoleDistribution"],
    ]);
  });

  it("is required in production, with a certificate in us-east-1", () => {
    expect(() => templateOf("prod", { console: { ...settings, domain: null } })).toThrow("console.domain is missing");
    const certificateArn = "arn:aws:acm:eu-central-1:123456789012:certificate/2";
    const elsewhere = { ...settings, domain: { ...settings.domain, certificateArn } };
    expect(() => templateOf("prod", { console: elsewhere })).toThrow("must be in us-east-1");
  });
});

it("a stage without a console has nothing of it", () => {
  const template = templateOf("prod");
  for (const type of ["CloudFront::Distribution", "CloudFront::Function", "S3::Bucket"]) {
    template.resourceCountIs(`AWS::${type}`, 0);
  }
  expect(valuesOf(template, envVars.consoleUrl)).toEqual({});
  expect(valuesOf(template, envVars.corsOrigins)).toEqual({});
  expect(template.findOutputs("ConsoleUrl")).toEqual({});
});
