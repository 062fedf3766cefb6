import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { retainExceptOnCreate } from "./retention.ts";

export type AuditLogsProps = { readonly retention: RetentionDays };

/**
 * The audit logs, encrypted with their own key and kept for years, also if the stack is deleted. `events` has a line for
 * each stream record of the events table, `access` for each request, administrative call and failed delivery.
 */
export class AuditLogs extends Construct {
  readonly events: LogGroup;
  readonly access: LogGroup;

  constructor(scope: Construct, id: string, { retention }: AuditLogsProps) {
    super(scope, id);
    const encryptionKey = new Key(this, "Key", {
      description: "Encrypts the audit logs.",
      enableKeyRotation: true,
      removalPolicy: retainExceptOnCreate,
    });
    const { region, account, partition } = Stack.of(this);
    // Only CloudWatch Logs, for log groups of this account: see "Encrypt log data in CloudWatch Logs using AWS KMS".
    encryptionKey.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        resources: ["*"],
        conditions: {
          ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:*` },
        },
      }),
    );
    const kept = {
      retention,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
      deletionProtectionEnabled: true,
    };
    this.events = new LogGroup(this, "Events", kept);
    this.access = new LogGroup(this, "Access", kept);
  }
}
