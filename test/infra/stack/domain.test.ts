import { describe, expect, it } from "vitest";
import type { DomainSettings } from "#infra/api/api-domain.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { inWords, plainId, templateOf } from "#test/support/infra/template.ts";

const domain: DomainSettings = {
  name: "activity.example.com",
  certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1",
  hostedZone: { id: "Z0123456789", name: "example.com" },
};

/** The hosts that each function takes for our own, by the function. */
function ownHosts(template: ReturnType<typeof templateOf>): Record<string, string> {
  const found = Object.entries(template.findResources("AWS::Lambda::Function")).flatMap(([id, { Properties }]) => {
    const hosts: unknown = Properties.Environment?.Variables?.[envVars.apiHosts];
    return hosts === undefined ? [] : [[plainId(id), inWords(hosts)]];
  });
  return Object.fromEntries(found);
}

describe("a stage with a domain", () => {
  const template = templateOf("dev", { domain });

  it("serves the API at the domain, with at least TLS 1.2", () => {
    template.hasResourceProperties("AWS::ApiGatewayV2::DomainName", {
      DomainName: domain.name,
      DomainNameConfigurations: [
        { CertificateArn: domain.certificateArn, EndpointType: "REGIONAL", SecurityPolicy: "TLS_1_2" },
      ],
    });
    const [mapping] = Object.values(template.findResources("AWS::ApiGatewayV2::ApiMapping"));
    expect(inWords(mapping?.Properties.ApiId)).toBe("PublicApi");
    expect(inWords(mapping?.Properties.DomainName)).toBe("PublicApiDomainName");
    expect(mapping?.Properties.Stage).toBe("$default");
    expect(mapping?.Properties.ApiMappingKey).toBeUndefined();
    expect(mapping?.DependsOn.map(plainId)).toContain("PublicApiStage");
  });

  it("disables the default endpoint, and outputs the domain", () => {
    template.hasResourceProperties("AWS::ApiGatewayV2::Api", { DisableExecuteApiEndpoint: true });
    template.hasOutput("ApiUrl", { Value: `https://${domain.name}` });
  });

  it("creates the DNS record in the given hosted zone", () => {
    template.hasResourceProperties("AWS::Route53::RecordSet", {
      Name: `${domain.name}.`,
      Type: "A",
      HostedZoneId: domain.hostedZone?.id,
    });
  });

  it("creates no DNS record without a hosted zone", () => {
    const { name, certificateArn } = domain;
    const bare = templateOf("dev", { domain: { name, certificateArn } });
    bare.resourceCountIs("AWS::Route53::RecordSet", 0);
    bare.resourceCountIs("AWS::ApiGatewayV2::DomainName", 1);
  });

  it("rejects webhooks to both hosts", () => {
    const hosts = `${domain.name} PublicApi.execute-api.AWS::Region.AWS::URLSuffix`;
    expect(ownHosts(template)).toEqual({ WebhooksApi: hosts, WebhooksSenderFunction: hosts });
  });
});

describe("a stage without a domain", () => {
  const template = templateOf("dev", { domain: null });

  it("uses the default endpoint of API Gateway", () => {
    for (const type of ["ApiGatewayV2::DomainName", "ApiGatewayV2::ApiMapping", "Route53::RecordSet"]) {
      template.resourceCountIs(`AWS::${type}`, 0);
    }
    template.hasResourceProperties("AWS::ApiGatewayV2::Api", { DisableExecuteApiEndpoint: false });
    const { ApiUrl } = template.findOutputs("ApiUrl");
    expect(inWords(ApiUrl?.Value)).toBe("PublicApi");
  });
});

describe("a stage with a region", () => {
  it("is deployed to that region, independent of the AWS profile", () => {
    const permissions = Object.values(
      templateOf("dev", { region: "eu-central-1" }).findResources("AWS::Lambda::Permission"),
    ).map(({ Properties }) => inWords(Properties.SourceArn));
    expect(permissions.filter((arn) => arn.includes(":execute-api:eu-central-1:")).length).toBeGreaterThan(0);
    expect(permissions.filter((arn) => arn.includes("AWS::Region"))).toEqual([]);
  });
});
