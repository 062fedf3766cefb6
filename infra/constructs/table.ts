import { RemovalPolicy } from "aws-cdk-lib";
import { Billing, TableEncryptionV2 } from "aws-cdk-lib/aws-dynamodb";

/** What every table of this product has: it costs nothing while idle, and survives mistakes. */
export const protectedTable = {
  billing: Billing.onDemand(),
  encryption: TableEncryptionV2.awsManagedKey(),
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN,
};
