import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { BackupClient, DescribeRegionSettingsCommand } from "@aws-sdk/client-backup";
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { paginateGetResources, ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { GetHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { AccountPorts, StackState, TaggedResource } from "./account-ports.ts";

/** SSM parameter with the version of the CDK's bootstrap stack, with the default qualifier. */
const bootstrapParameter = "/cdk-bootstrap/hnb659fds/version";

/** Creates the ports for the account of the AWS profile, in its region or another. Certificates are read in their own region. */
export function createAwsAccount(config: { readonly region?: string }): AccountPorts {
  const cloudFormation = new CloudFormationClient(config);
  const lambda = new LambdaClient(config);
  const ssm = new SSMClient(config);
  const backup = new BackupClient(config);
  const tagging = new ResourceGroupsTaggingAPIClient(config);

  const stack = async (name: string): Promise<StackState | null> => {
    const response = cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    const found = await nullIfMissing(response, "ValidationError");
    const [one] = found?.Stacks ?? [];
    const status = one?.StackStatus ?? "DELETE_COMPLETE";
    return status === "DELETE_COMPLETE" ? null : { status, isProtected: one?.EnableTerminationProtection ?? false };
  };

  const functionsOf = async (name: string): Promise<string[]> => {
    const names: string[] = [];
    for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: name })) {
      for (const { ResourceType, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
        if (ResourceType === "AWS::Lambda::Function" && PhysicalResourceId) names.push(PhysicalResourceId);
      }
    }
    return names;
  };

  return {
    region: () => cloudFormation.config.region(),
    stack,

    async concurrency() {
      const { AccountLimit = {} } = await lambda.send(new GetAccountSettingsCommand());
      const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } = AccountLimit;
      if (limit === undefined || unreserved === undefined) throw new Error("Lambda returned no concurrency limit");
      return { limit, unreserved };
    },

    async reservedBy(name) {
      if ((await stack(name)) === null) return 0;
      const reserved = (await functionsOf(name)).map(async (FunctionName) => {
        const response = lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
        return (await nullIfMissing(response, "ResourceNotFoundException"))?.ReservedConcurrentExecutions ?? 0;
      });
      return (await Promise.all(reserved)).reduce((sum, one) => sum + one, 0);
    },

    async bootstrapVersion() {
      const response = ssm.send(new GetParameterCommand({ Name: bootstrapParameter }));
      const found = await nullIfMissing(response, "ParameterNotFound");
      return found === null ? null : Number(found.Parameter?.Value);
    },

    async certificate(CertificateArn) {
      const region = CertificateArn.split(":")[3];
      const acm = new ACMClient({ ...config, ...(region !== undefined && { region }) });
      const response = acm.send(new DescribeCertificateCommand({ CertificateArn }));
      const found = await nullIfMissing(response, "ResourceNotFoundException");
      if (found?.Certificate === undefined) return null;
      const { Status = "", DomainName = "", SubjectAlternativeNames = [] } = found.Certificate;
      return { status: Status, names: [...new Set([DomainName, ...SubjectAlternativeNames])] };
    },

    async hostedZone(Id) {
      const response = new Route53Client(config).send(new GetHostedZoneCommand({ Id }));
      const found = await nullIfMissing(response, "NoSuchHostedZone");
      return found === null ? null : { name: (found.HostedZone?.Name ?? "").replace(/\.$/, "") };
    },

    async backupSettings() {
      const { ResourceTypeOptInPreference: optIn = {}, ResourceTypeManagementPreference: management = {} } =
        await backup.send(new DescribeRegionSettingsCommand());
      return { optedIn: optIn.DynamoDB ?? false, isManaged: management.DynamoDB ?? false };
    },

    async tagged(tags) {
      const found: TaggedResource[] = [];
      const TagFilters = Object.entries(tags).map(([Key, value]) => ({ Key, Values: [value] }));
      for await (const page of paginateGetResources({ client: tagging }, { TagFilters })) {
        for (const { ResourceARN, Tags = [] } of page.ResourceTagMappingList ?? []) {
          const own = Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
          if (ResourceARN !== undefined) found.push({ arn: ResourceARN, tags: own });
        }
      }
      return found;
    },
  };
}

/** Returns the response, or `null` if the call fails with the error that reports a missing resource. */
async function nullIfMissing<Response>(response: Promise<Response>, errorName: string): Promise<Response | null> {
  try {
    return await response;
  } catch (error) {
    if (error instanceof Error && error.name === errorName) return null;
    throw error;
  }
}
