import { expect, it } from "vitest";
import { parseHttpApi } from "#infra/local/http/http-api-definition.ts";
import { createResources } from "#infra/local/template/resources.ts";

const place = {
  account: "000000000000",
  region: "us-east-1",
  stackName: "test",
  api: "",
  services: "",
  streamLabels: new Map<string, string>(),
};

it("parseHttpApi refuses an API that responds to CORS in place of its functions", () => {
  const Properties = { ProtocolType: "HTTP", CorsConfiguration: { AllowOrigins: ["*"] } };
  const Resources = { Api: { Type: "AWS::ApiGatewayV2::Api", Properties } };
  const resources = createResources({ Resources, Outputs: {}, Conditions: {}, Parameters: {} }, place);
  expect(() => parseHttpApi(resources)).toThrow("cannot host Api (AWS::ApiGatewayV2::Api): ✖ is not hosted");
});
