import { describe, expect, it } from "vitest";
import { createOriginHeaderAdder } from "#infra/local/http/origin-headers.ts";
import { createResources } from "#infra/local/template/resources.ts";

const place = {
  account: "000000000000",
  region: "us-east-1",
  stackName: "test",
  api: "",
  services: "",
  streamLabels: new Map<string, string>(),
};
const request = {
  method: "GET",
  url: "/",
  rawHeaders: ["Host", "127.0.0.1", "X-Edge-Secret", "guessed", "Accept", "*/*"],
  body: Buffer.alloc(0),
  sourceIp: "127.0.0.1",
  protocol: "HTTP/1.1",
};

function edge(...origins: object[]) {
  const Resources = {
    Secret: { Type: "AWS::SecretsManager::Secret", Properties: {} },
    Distribution: {
      Type: "AWS::CloudFront::Distribution",
      Properties: { DistributionConfig: { Origins: origins } },
    },
  };
  return createOriginHeaderAdder(createResources({ Resources, Outputs: {}, Conditions: {}, Parameters: {} }, place));
}

describe("origin headers of an edge", () => {
  it("replace headers of the same name that the caller sent", () => {
    const HeaderValue = { "Fn::Join": ["", ["{{resolve:secretsmanager:", { Ref: "Secret" }, ":SecretString:::}}"]] };
    const through = edge({ OriginCustomHeaders: [{ HeaderName: "x-edge-secret", HeaderValue }] });
    expect(through(request)).toEqual({
      ...request,
      rawHeaders: [
        ...["Host", "127.0.0.1", "Accept", "*/*"],
        ...["x-edge-secret", "{{resolve:secretsmanager:Secret:SecretString:::}}"],
      ],
    });
  });

  it("change nothing when the origin has none, and allow one origin", () => {
    expect(edge({})(request)).toBe(request);
    expect(() => edge({}, {})).toThrow("one origin of CloudFront, not 2");
  });
});
