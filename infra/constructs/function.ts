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
import { bundle } from "./bundle.ts";
import type { Observability } from "./observability.ts";
import { keptOnceUsed } from "./retained.ts";
import { hasSourceMaps } from "./source-maps.ts";

export type NodeFunctionProps = {
  /** The entry file, from the root of the project. */
  readonly entry: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  /** Where its log goes: the audit log of requests, which it shares, or a group of its own, kept for so many days. */
  readonly log: ILogGroup | RetentionDays;
  /** MB; the processor grows with it. */
  readonly memory?: number;
  /** Instances at most, which are also kept free for it. Without it, it shares what the account has. */
  readonly reservedConcurrency?: number;
  /**
   * For a function that sends messages to a queue that invokes it: Lambda stops one after 16 rounds otherwise, and
   * gives the message to the dead-letter queue. See "Use Lambda recursive loop detection" in its developer guide.
   */
  readonly allowsRecursion?: boolean;
};

/**
 * Keeps Lambda's START, END and REPORT out of the audit log: with JSON, system logs have levels, and only warnings are
 * written. Lines that are JSON already stay as they are. See "Log-level filtering" in Lambda's developer guide.
 */
const auditLogging = { loggingFormat: LoggingFormat.JSON, systemLogLevelV2: SystemLogLevel.WARN };

/** A function of this product: Node 24 on arm64, one bundle, and a role that may write its log and nothing else. */
export class NodeFunction extends LambdaFunction {
  /** The unique id of its role: SQS names a sender by it. */
  readonly roleId: string;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const { log, reservedConcurrency, allowsRecursion = false } = props;
    const logGroup =
      typeof log === "number" ? new LogGroup(scope, `${id}Logs`, { retention: log, removalPolicy: keptOnceUsed }) : log;
    // Not the managed policy for it, by which a function could write to any log, the audit log too.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    const { folder } = bundle(props.entry, { sourceMaps: hasSourceMaps(scope) });
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
    // The assembly has its own copy by now.
    rmSync(folder, { recursive: true });
  }
}

/** What all functions have that answer requests: one audit log, and instances that no other kind of function takes. */
export function requestFunction({ auditLogs, reserved }: Observability) {
  return { log: auditLogs.access, ...(reserved === null ? {} : { reservedConcurrency: reserved.api }) };
}

/** What all functions have that follow the table's stream: instances of their own where the stage reserves some. */
export function streamFunction({ logRetention, reserved }: Observability) {
  const stream = reserved?.stream ?? null;
  return { log: logRetention, ...(stream === null ? {} : { reservedConcurrency: stream }) };
}
