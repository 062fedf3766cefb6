import { rmSync } from "node:fs";
import { Duration } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from "aws-cdk-lib/aws-lambda";
import { type ILogGroup, LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { sourceMapsKey } from "#shared/platform/cdk-context.ts";
import { bundle } from "./bundle.ts";
import type { Observability } from "./observability.ts";
import { retainExceptOnCreate } from "./retention.ts";

export type NodeFunctionProps = {
  /** Path of the entry file from the root of the repository. */
  readonly entry: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  /** A log group that it shares, such as the audit log of requests, or the retention of its own group. */
  readonly log: ILogGroup | RetentionDays;
  /** MB. Lambda allocates CPU in proportion to it. */
  readonly memory?: number;
  /** Reserved concurrency, which is also its maximum. By default it uses the account's unreserved concurrency. */
  readonly reservedConcurrency?: number;
  /** Path of its role, by which policies recognise a group of functions. */
  readonly rolePath?: string;
  /**
   * True for a function that sends messages to its own queue: otherwise Lambda moves such a message to the dead-letter
   * queue after 16 rounds. See "Use Lambda recursive loop detection" in the Lambda developer guide.
   */
  readonly allowsRecursion?: boolean;
};

/**
 * Keeps Lambda's START, END and REPORT lines out of the audit log: with JSON, system logs have levels. Lines that are
 * already JSON stay unchanged. See "Log-level filtering" in the Lambda developer guide.
 */
const auditLogging = { loggingFormat: LoggingFormat.JSON, systemLogLevelV2: SystemLogLevel.WARN };

/** A Node 24 function on arm64, bundled, with a role that initially may only write its log. */
export class NodeFunction extends LambdaFunction {
  /** Unique id of its role, which SQS reports as the sender of a message. */
  readonly roleId: string;
  /** Path of its role; `null` if it has none of its own. */
  readonly rolePath: string | null;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const { log, reservedConcurrency, rolePath, allowsRecursion = false } = props;
    const logGroup =
      typeof log === "number"
        ? new LogGroup(scope, `${id}Logs`, { retention: log, removalPolicy: retainExceptOnCreate })
        : log;
    // Not the managed policy, which would allow writing to any log group, including the audit log.
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      ...(rolePath === undefined ? {} : { path: rolePath }),
    });
    logGroup.grantWrite(role);
    const { folder } = bundle(props.entry, { sourceMaps: scope.node.tryGetContext(sourceMapsKey) !== false });
    super(scope, id, {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(folder),
      handler: "index.handler",
      memorySize: props.memory ?? 512,
      timeout: Duration.seconds(props.timeoutSeconds),
      role,
      logGroup,
      ...(typeof log === "number" ? { loggingFormat: LoggingFormat.TEXT } : auditLogging),
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      ...(allowsRecursion ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
    });
    this.roleId = role.roleId;
    this.rolePath = rolePath ?? null;
    // The assembly has its own copy.
    rmSync(folder, { recursive: true });
  }
}

/** Returns the props of functions that serve requests: the shared audit log, and their reserved concurrency. */
export function requestFunctionProps({ auditLogs, reserved }: Observability) {
  return { log: auditLogs.access, ...(reserved === null ? {} : { reservedConcurrency: reserved.api }) };
}

/** Returns the props of functions that serve rare requests of people, as `requestFunctionProps` does. */
export function managementFunctionProps({ auditLogs, reserved }: Observability) {
  return { log: auditLogs.access, ...(reserved === null ? {} : { reservedConcurrency: reserved.management }) };
}

/** Returns the props of functions that read the table's stream: log retention, and their reserved concurrency. */
export function streamFunctionProps({ logRetention, reserved }: Observability) {
  const stream = reserved?.stream ?? null;
  return { log: logRetention, ...(stream === null ? {} : { reservedConcurrency: stream }) };
}
