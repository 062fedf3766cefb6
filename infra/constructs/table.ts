import { RemovalPolicy } from "aws-cdk-lib";
import { Billing, TableEncryptionV2 } from "aws-cdk-lib/aws-dynamodb";

/** Settings of every table: on-demand billing, point-in-time recovery and deletion protection. */
export const protectedTable = {
  billing: Billing.onDemand(),
  encryption: TableEncryptionV2.awsManagedKey(),
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN,
};
