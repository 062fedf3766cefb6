import { RemovalPolicy } from "aws-cdk-lib";
import { Billing, StreamViewType, TableEncryptionV2 } from "aws-cdk-lib/aws-dynamodb";
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";

/** Settings of every table: on-demand billing, point-in-time recovery and deletion protection. */
export const protectedTable = {
  billing: Billing.onDemand(),
  encryption: TableEncryptionV2.awsManagedKey(),
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN,
};

/** Every action that updates or deletes items, or lets them expire. Appending is a conditional put. */
const rewritingActions = [
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:PartiQLInsert",
  "dynamodb:PartiQLUpdate",
  "dynamodb:PartiQLDelete",
  "dynamodb:UpdateTimeToLive",
];

/**
 * Returns the settings of a table to which items are only appended: the table denies other writes to every principal, and
 * its stream shows each change with the item before it. `sid` names the policy statement.
 */
export function appendOnlyTable(sid: string) {
  return {
    ...protectedTable,
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    resourcePolicy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid,
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: rewritingActions,
          resources: ["*"],
        }),
      ],
    }),
  };
}
