import { rmSync } from "node:fs";
import { Duration } from "aws-cdk-lib";
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { bundle } from "./bundle.ts";

export type NodeFunctionProps = {
  /** The entry file, from the root of the project. */
  readonly entry: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly logRetention: RetentionDays;
  /** MB; the processor grows with it. */
  readonly memory?: number;
};

/** A function of this product: Node 24 on arm64, one bundle, a log group of its own with a retention. */
export class NodeFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, { retention: props.logRetention });
    const { folder } = bundle(props.entry);
    super(scope, id, {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(folder),
      handler: "index.handler",
      memorySize: props.memory ?? 512,
      timeout: Duration.seconds(props.timeoutSeconds),
      logGroup,
      loggingFormat: LoggingFormat.TEXT,
    });
    // The assembly has its own copy by now.
    rmSync(folder, { recursive: true });
  }
}
