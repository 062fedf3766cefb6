import { CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { CloudFormationTemplate } from "./cloud-template.ts";
import { region } from "./emulator.ts";

/** Physical ids of the resources of a stack, by type. */
export type DeployedStack = {
  readonly api: string;
  readonly tables: readonly string[];
};

const credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** Reads a stack. Throws unless it has all resources of the template, all complete. */
export async function verifyResources(
  endpoint: string,
  stack: string,
  template: CloudFormationTemplate,
): Promise<DeployedStack> {
  const client = new CloudFormationClient({ endpoint, region, credentials });
  const complete = new Map<string, { readonly type: string; readonly physicalId: string }>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: stack })) {
    for (const { LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus } of StackResourceSummaries) {
      if (LogicalResourceId === undefined || ResourceStatus !== "CREATE_COMPLETE") continue;
      complete.set(LogicalResourceId, { type: ResourceType ?? "", physicalId: PhysicalResourceId ?? "" });
    }
  }
  const missing = Object.keys(template.Resources).filter((id) => !complete.has(id));
  if (missing.length > 0) throw new Error(`The stack lacks ${missing.join(", ")}.`);
  const ofType = (wanted: string) =>
    [...complete.values()].filter(({ type }) => type === wanted).map(({ physicalId }) => physicalId);
  const [api] = ofType("AWS::ApiGatewayV2::Api");
  if (api === undefined) throw new Error("The stack has no HTTP API.");
  return { api, tables: ofType("AWS::DynamoDB::GlobalTable") };
}

/** Throws unless the tables of a destroyed stack still exist. */
export async function verifyRetained(endpoint: string, { tables }: DeployedStack): Promise<void> {
  const dynamodb = new DynamoDBClient({ endpoint, region, credentials });
  for (const TableName of tables) await dynamodb.send(new DescribeTableCommand({ TableName }));
}
