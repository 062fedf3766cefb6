import { randomBytes } from "node:crypto";
import type { AwsEnvironment } from "#infra/local/aws-environment.ts";
import { createAwsCaller } from "#infra/local/aws-json.ts";
import { createQueues } from "#infra/local/emulators/create-queues.ts";
import { createTable } from "#infra/local/emulators/create-table.ts";
import type { Emulators } from "#infra/local/emulators/emulators.ts";
import { type KmsKeys, openKmsKeys } from "#infra/local/kms/keys.ts";
import { readAssembly } from "#infra/local/template/assembly.ts";
import { createResources, type TemplateResource, type TemplateResources } from "#infra/local/template/resources.ts";
import type { Servers } from "./servers.ts";

/** The resources of a template, of which tables, queues and keys exist in the emulators. */
export type StackResources = {
  readonly resources: TemplateResources;
  /** Folders of the functions' code by asset. */
  readonly assets: ReadonlyMap<string, string>;
  readonly awsEnvironment: AwsEnvironment;
  readonly tables: readonly TemplateResource[];
  readonly keys: KmsKeys;
};

type Options = {
  /** Folder of the cloud assembly. */
  readonly assembly: string;
  readonly emulators: Emulators;
  readonly servers: Servers;
  /** Folder that keeps the data; in memory without one. */
  readonly data: string | undefined;
};

/** fauxqs supports this account only. The region is the default for stacks without one. */
const defaultEnvironment = { account: "000000000000", region: "us-east-1" };

/** Reads a template and creates its tables, queues and keys. */
export async function createStackResources({ assembly, emulators, servers, data }: Options): Promise<StackResources> {
  const { stackName, template, assets, region = defaultEnvironment.region } = await readAssembly(assembly);
  const awsEnvironment = { ...defaultEnvironment, region };
  const streamLabels = new Map<string, string>();
  const { api, services } = servers;
  const resources = createResources(template, { ...awsEnvironment, stackName, api, services, streamLabels });
  const toDynamoDb = createAwsCaller(emulators.dynamodb.origin, emulators.dynamodb.accessKey, region);
  const tables = resources.ofType("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table");
  for (const table of tables) {
    const label = await createTable(table, toDynamoDb).catch((error) => throwUnusableData(data, error));
    if (label !== undefined) streamLabels.set(table.ref, label);
  }
  const toSqs = createAwsCaller(emulators.sqs.origin, emulators.sqs.accessKey, region);
  await createQueues(resources.ofType("AWS::SQS::Queue"), toSqs);
  const keys = await openKmsKeys({ resources, awsEnvironment, data, randomBytes }).catch((error) =>
    throwUnusableData(data, error),
  );
  return { resources, assets, awsEnvironment, tables, keys };
}

/** Rethrows an error. If a data folder was given, the message says that it cannot be used. */
export function throwUnusableData(data: string | undefined, error: unknown): never {
  if (data === undefined || !(error instanceof Error)) throw error;
  throw new Error(`The data in ${data} cannot be used (${error.message}): choose another folder with --data`);
}
