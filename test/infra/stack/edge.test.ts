import { App } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { EdgeAclStack } from "#infra/api/edge-acl.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { inWords, plainId, stackOf, templateOf } from "#test/support/infra/template.ts";

const { domain, edge } = fullStage;
const region = "us-east-1";

function only(template: Template, type: string) {
  const [resource, ...others] = Object.values(template.findResources(type));
  if (resource === undefined || others.length > 0) throw new Error(`There is not exactly one ${type}.`);
  return resource.Properties;
}

/** The values of a variable, by the functions that have it. */
function valuesOf(template: Template, variable: string): Record<string, unknown> {
  const functions = Object.entries(template.findResources("AWS::Lambda::Function"));
  const found = functions.flatMap(([id, { Properties }]) => {
    const value: unknown = Properties.Environment?.Variables?.[variable];
    return value === undefined ? [] : [[plainId(id), value]];
  });
  return Object.fromEntries(found);
}

const behindApi = [
  "AnchorsApi",
  "AuthOauth",
  "AuthTokens",
  "AuthViewerTokens",
  "ChangeFeedFunction",
  "ProofsFunction",
  "PublicApiOpenApi",
  "PublicApiFakturoid",
  "PublicApiFinzbooks",
  "PublicApiSimplybooks",
  "WebhooksApi",
];

describe("a stage with an edge", () => {
  const template = templateOf("prod", { region, domain, edge });
  const distribution = only(template, "AWS::CloudFront::Distribution").DistributionConfig;

  it("serves the domain through CloudFront, over TLS 1.2 or newer and HTTP/2", () => {
    expect(distribution).toMatchObject({
      Aliases: [domain.name],
      Enabled: true,
      HttpVersion: "http2",
      ViewerCertificate: { AcmCertificateArn: domain.certificateArn, MinimumProtocolVersion: "TLSv1.2_2021" },
    });
    template.hasOutput("ApiUrl", { Value: `https://${domain.name}` });
  });

  it("caches nothing, and forwards all methods, parameters and headers except Host and cookies", () => {
    expect(distribution.CacheBehaviors).toBeUndefined();
    const { DefaultCacheBehavior } = distribution;
    const [policyId] = Object.keys(template.findResources("AWS::CloudFront::OriginRequestPolicy"));
    // The ID of the managed policy CachingDisabled.
    expect(DefaultCacheBehavior).toMatchObject({
      CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
      OriginRequestPolicyId: { Ref: policyId },
      ViewerProtocolPolicy: "https-only",
    });
    expect(only(template, "AWS::CloudFront::OriginRequestPolicy").OriginRequestPolicyConfig).toMatchObject({
      HeadersConfig: { HeaderBehavior: "allExcept", Headers: ["host"] },
      CookiesConfig: { CookieBehavior: "none" },
      QueryStringsConfig: { QueryStringBehavior: "all" },
    });
    expect(DefaultCacheBehavior.AllowedMethods).toEqual(
      expect.arrayContaining(["GET", "HEAD", "OPTIONS", "POST", "PATCH", "DELETE"]),
    );
  });

  it("connects to the API over TLS 1.2, with the secret header of the functions", () => {
    const [origin] = distribution.Origins;
    expect(origin.CustomOriginConfig).toMatchObject({
      OriginProtocolPolicy: "https-only",
      OriginSSLProtocols: ["TLSv1.2"],
      OriginReadTimeout: 30,
    });
    expect(JSON.stringify(origin.DomainName)).toContain("ApiEndpoint");
    const headers: { HeaderName: string; HeaderValue: unknown }[] = origin.OriginCustomHeaders;
    const values = new Map(headers.map(({ HeaderName, HeaderValue }) => [HeaderName, HeaderValue]));
    expect(values.get("x-activity-edge-host")).toBe(domain.name);
    const secret = values.get("x-activity-edge-secret");
    expect(inWords(secret)).toMatch(/^\{\{resolve:secretsmanager:PublicApiEdgeSecret:SecretString:.*\}\}$/);
    expect(valuesOf(template, envVars.edgeSecret)).toEqual(Object.fromEntries(behindApi.map((fn) => [fn, secret])));
    template.hasResourceProperties("AWS::ApiGatewayV2::Api", { DisableExecuteApiEndpoint: false });
  });

  it("makes all functions of the API reject requests that bypass CloudFront only when isRequired is true", () => {
    const onlyWay = (isRequired: boolean) =>
      valuesOf(templateOf("prod", { region, domain, edge: { ...edge, isRequired: isRequired } }), envVars.edgeRequired);
    expect(onlyWay(true)).toEqual(Object.fromEntries(behindApi.map((fn) => [fn, "true"])));
    expect(onlyWay(false)).toEqual(Object.fromEntries(behindApi.map((fn) => [fn, "false"])));
  });

  it("limits each address, token and API key, and returns 429 with a body and Retry-After", () => {
    const acl = only(template, "AWS::WAFv2::WebACL");
    expect(inWords(distribution.WebACLId)).toBe("PublicApiEdgeAcl");
    expect(acl).toMatchObject({ Scope: "CLOUDFRONT", DefaultAction: { Allow: {} } });
    // Without these, "bearer  T" would have a count of its own beside "Bearer T".
    const TextTransformations = [
      { Priority: 0, Type: "COMPRESS_WHITE_SPACE" },
      { Priority: 1, Type: "LOWERCASE" },
    ];
    const key = (name: string) => [{ Header: { Name: name, TextTransformations } }];
    expect(acl.Rules.map((rule: { Statement: unknown }) => rule.Statement)).toEqual([
      { RateBasedStatement: { Limit: 30_000, AggregateKeyType: "IP", EvaluationWindowSec: 300 } },
      ...["authorization", "x-api-key"].map((name) => ({
        RateBasedStatement: {
          Limit: 6_000,
          AggregateKeyType: "CUSTOM_KEYS",
          CustomKeys: key(name),
          EvaluationWindowSec: 300,
        },
      })),
    ]);
    for (const { Action } of acl.Rules) {
      expect(Action.Block.CustomResponse).toEqual({
        ResponseCode: 429,
        CustomResponseBodyKey: "TooMany",
        ResponseHeaders: [{ Name: "retry-after", Value: "60" }],
      });
    }
    expect(JSON.parse(acl.CustomResponseBodies.TooMany.Content)).toMatchObject({ code: "rate_limit.exceeded" });
  });

  it("stores no sampled requests, which would show tokens", () => {
    const acl = only(template, "AWS::WAFv2::WebACL");
    const visibility = [acl, ...acl.Rules].map(({ VisibilityConfig }) => VisibilityConfig.SampledRequestsEnabled);
    expect(visibility).toEqual([false, false, false, false]);
  });

  it("throttles at half of the account's quota", () => {
    template.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      DefaultRouteSettings: { ThrottlingRateLimit: 5_000, ThrottlingBurstLimit: 2_500 },
    });
  });

  it("points the name to CloudFront for IPv4 and IPv6, and reuses the existing record", () => {
    const records = (one: Template) =>
      Object.entries(one.findResources("AWS::Route53::RecordSet")).map(
        ([id, { Properties }]) => [id, Properties.Type] as const,
      );
    const before = records(templateOf("prod", { region, domain }));
    expect(before.map(([, type]) => type)).toEqual(["A"]);
    expect(records(template)).toEqual(expect.arrayContaining(before));
    expect(records(template).map(([, type]) => type)).toEqual(["A", "AAAA"]);
    template.allResourcesProperties("AWS::Route53::RecordSet", {
      Name: `${domain.name}.`,
      AliasTarget: { DNSName: { "Fn::GetAtt": [Match.stringLikeRegexp("PublicApiEdgeDistribution"), "DomainName"] } },
    });
    template.resourceCountIs("AWS::ApiGatewayV2::DomainName", 0);
  });

  it("rejects webhooks to all of its hosts", () => {
    const hosts = Object.values(valuesOf(template, envVars.apiHosts)).map(inWords);
    const own = "activity.example.com PublicApi.execute-api.us-east-1.AWS::URLSuffix PublicApiEdgeDistribution";
    expect(hosts).toEqual([own, own]);
  });

  it("throws when it has no domain, or a certificate in another region", () => {
    expect(() => templateOf("prod", { region, domain: null, edge })).toThrow("edge requires a domain");
    const elsewhere = { ...domain, certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1" };
    expect(() => templateOf("prod", { region, domain: elsewhere, edge })).toThrow("must be in us-east-1");
  });
});

describe("a stage with an edge in another region", () => {
  const errors = (webAclArn: string | null) => {
    const stack = stackOf(new App(), "prod", { region: "eu-central-1", domain, edge: { ...edge, webAclArn } });
    return {
      template: Template.fromStack(stack),
      found: Annotations.fromStack(stack).findError("*", Match.anyValue()),
    };
  };

  it("uses the given web ACL, and creates none", () => {
    const arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1";
    const { template, found } = errors(arn);
    expect(found).toEqual([]);
    expect(only(template, "AWS::CloudFront::Distribution").DistributionConfig.WebACLId).toBe(arn);
    template.resourceCountIs("AWS::WAFv2::WebACL", 0);
  });

  it("fails without a web ACL, and says what to do", () => {
    const { found } = errors(null);
    expect(found.map(({ entry }) => entry.data)).toEqual([
      expect.stringContaining("Deploy activity-log-prod-edge first, then set edge.webAclArn"),
    ]);
  });

  it("has a separate stack in us-east-1 that outputs the web ACL", () => {
    const stack = new EdgeAclStack(new App(), "activity-log-prod-edge", edge);
    expect(stack.region).toBe("us-east-1");
    const template = Template.fromStack(stack);
    template.resourceCountIs("AWS::WAFv2::WebACL", 1);
    expect(inWords(template.findOutputs("WebAclArn").WebAclArn?.Value)).toBe("EdgeAcl");
  });
});

it("a stage without an edge has no resources of an edge", () => {
  for (const template of [templateOf("dev", { console: null }), templateOf("prod")]) {
    for (const type of ["CloudFront::Distribution", "WAFv2::WebACL", "SecretsManager::Secret"]) {
      template.resourceCountIs(`AWS::${type}`, 0);
    }
    expect(valuesOf(template, envVars.edgeSecret)).toEqual({});
  }
});
