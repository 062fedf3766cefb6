import type { AwsEnvironment } from "#infra/local/aws-environment.ts";
import { dynamoDbPermissions, dynamoDbStreamsPermissions } from "#infra/local/iam/permissions/dynamodb-permissions.ts";
import { kmsPermissions } from "#infra/local/iam/permissions/kms-permissions.ts";
import { logsPermissions } from "#infra/local/iam/permissions/logs-permissions.ts";
import type { RequiredPermission } from "#infra/local/iam/permissions/required-permission.ts";
import { sqsPermissions } from "#infra/local/iam/permissions/sqs-permissions.ts";
import type { KmsKeys } from "#infra/local/kms/keys.ts";
import { createKmsOperations } from "#infra/local/kms/operations.ts";
import type { AwsResult } from "#infra/local/kms/result.ts";
import type { createLogsOperations } from "#infra/local/logs/log-groups.ts";
import type { createForwarder, EmulatorConnection, ProxiedRequest } from "./forward.ts";
import { sendAwsError } from "./send-aws-error.ts";

/** Authorization and handling of the requests of one AWS JSON protocol. */
type ServiceProtocol = {
  readonly deniedStatus: number;
  requiredPermissions(operation: string, body: unknown): RequiredPermission[];
  /** Handles an authorized request. */
  handle(operation: string, text: string, exchange: ProxiedRequest): Promise<void>;
};

/** Emulators and services behind the proxy. */
export type ProxiedServices = {
  readonly dynamodb: EmulatorConnection;
  readonly sqs: EmulatorConnection;
  readonly keys: KmsKeys;
  /** Operations of CloudWatch Logs. */
  readonly logGroups: ReturnType<typeof createLogsOperations>;
  readonly randomBytes: (size: number) => Buffer;
  readonly awsEnvironment: AwsEnvironment;
  /** Called when a table operation begins; the returned function is called when it has ended. */
  beginTableOperation(operation: string): () => void;
  /** Partition key attribute of each table, by the table's name. */
  readonly partitionKeys: ReadonlyMap<string, string>;
  /** Origin of the service proxy, for the queue URLs in responses. */
  readonly origin: string;
};

/** Creates all supported protocols, by their prefix in `x-amz-target`. */
export function createProtocols(
  {
    dynamodb,
    sqs,
    keys,
    logGroups,
    randomBytes,
    awsEnvironment,
    partitionKeys,
    origin,
    beginTableOperation,
  }: ProxiedServices,
  { forwardTo }: Pick<ReturnType<typeof createForwarder>, "forwardTo">,
): ReadonlyMap<string, ServiceProtocol> {
  // DynamoDB Local puts all its ARNs in a region of its own.
  const ours = `arn:aws:dynamodb:${awsEnvironment.region}:`;
  const engines = "arn:aws:dynamodb:ddblocal:";
  const toOurs = (text: string) => text.replaceAll(engines, ours);
  const toEngine = (text: string) => text.replaceAll(ours, engines);
  const toOurUrls = (text: string) => text.replaceAll(/http:\/\/sqs\.[^/"]+/g, origin);
  const kms = createKmsOperations(keys, randomBytes);
  const byName: Readonly<Record<string, ServiceProtocol>> = {
    DynamoDB_20120810: {
      deniedStatus: 400,
      requiredPermissions: (operation, body) =>
        dynamoDbPermissions(operation, body, { ...awsEnvironment, partitionKeys }),
      handle: forwardTo(dynamodb, {
        rewriteResponse: (operation) => (operation.endsWith("Table") ? toOurs : undefined),
        begin: beginTableOperation,
      }),
    },
    DynamoDBStreams_20120810: {
      deniedStatus: 400,
      requiredPermissions: dynamoDbStreamsPermissions,
      handle: forwardTo(dynamodb, { rewriteResponse: () => toOurs, rewriteRequest: toEngine }),
    },
    AmazonSQS: {
      deniedStatus: 403,
      requiredPermissions: (operation, body) => sqsPermissions(operation, body, awsEnvironment),
      handle: forwardTo(sqs, {
        rewriteResponse: (operation) =>
          /QueueUrl$|^ListQueues$|^CreateQueue$/.test(operation) ? toOurUrls : undefined,
      }),
    },
    Logs_20140328: {
      deniedStatus: 400,
      requiredPermissions: (operation, body) => logsPermissions(operation, body, awsEnvironment),
      handle: async (operation, text, exchange) => respond(exchange, logGroups(operation, JSON.parse(text))),
    },
    TrentService: {
      deniedStatus: 400,
      requiredPermissions: (operation, body) => kmsPermissions(operation, body, keys),
      handle: async (operation, text, exchange) => respond(exchange, kms(operation, JSON.parse(text))),
    },
  };
  return new Map(Object.entries(byName));
}

function respond({ response, dropsResponse }: ProxiedRequest, answer: AwsResult<unknown>): void {
  if (dropsResponse) response.destroy();
  else if (answer.kind === "fault") sendAwsError(response, 400, answer.code, answer.message);
  else response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer.output));
}
