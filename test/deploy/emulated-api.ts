import { CloudFormationClient, DescribeStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import type { CloudFormationTemplate } from "./cloud-assembly.ts";
import { region } from "./emulator.ts";

const apiType = "AWS::ApiGatewayV2::Api";

/** The physical id of the stack's HTTP API. Throws unless the stack has all resources of the template, all complete. */
export async function verifyResources(
  endpoint: string,
  stack: string,
  template: CloudFormationTemplate,
): Promise<string> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new CloudFormationClient({ endpoint, region, credentials });
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: stack }));
  const complete = new Set(
    StackResources.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_COMPLETE")).map(
      (one) => one.LogicalResourceId,
    ),
  );
  const missing = Object.keys(template.Resources).filter((id) => !complete.has(id));
  if (missing.length > 0) throw new Error(`The stack lacks ${missing.join(", ")}.`);
  const apiId = StackResources.find(({ ResourceType }) => ResourceType === apiType)?.PhysicalResourceId;
  if (apiId === undefined) throw new Error("The stack has no HTTP API.");
  return apiId;
}

/** Sets the CORS settings of the template once more: see `workarounds`. */
export async function repairCors(endpoint: string, apiId: string, template: CloudFormationTemplate): Promise<void> {
  const api = Object.values(template.Resources).find(({ Type }) => Type === apiType);
  const settings = Object.entries(api?.Properties?.CorsConfiguration ?? {});
  const corsConfiguration = Object.fromEntries(
    settings.map(([key, value]) => [`${key.slice(0, 1).toLowerCase()}${key.slice(1)}`, value]),
  );
  const response = await fetch(`${endpoint}/v2/apis/${apiId}`, {
    method: "PATCH",
    headers: {
      "content-type": "application/json",
      // The emulator checks no signature, but finds the service by it.
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/apigateway/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ corsConfiguration }),
  });
  if (!response.ok) throw new Error(`The CORS settings are refused: ${response.status} ${await response.text()}`);
}
