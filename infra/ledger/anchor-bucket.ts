import { Duration, Validations } from "aws-cdk-lib";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { retainExceptOnCreate } from "#infra/constructs/retention.ts";
import { hasOtherPath, ledgerWriters } from "#infra/constructs/role-paths.ts";

export type AnchorBucketSettings =
  /** A bucket of the stack. For so many years, not even the owner of the account can change or delete an anchor. */
  | { readonly years: number }
  /** The name of a bucket of another account, which has Object Lock and lets the anchor function put objects. */
  | { readonly name: string };

/** Creates the bucket of the stack for anchors. */
export function createAnchorBucket(scope: Construct, id: string, { years }: { readonly years: number }): Bucket {
  const bucket = new Bucket(scope, id, {
    objectLockEnabled: true,
    objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(365 * years)),
    versioned: true,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    removalPolicy: retainExceptOnCreate,
  });
  const reason =
    "Objects are put by one function and never change. CloudTrail records access to them if it is enabled.";
  Validations.of(bucket).acknowledge({ id: "AwsSolutions::AwsSolutions-S1", reason });
  const deny = { effect: Effect.DENY, principals: [new AnyPrincipal()] };
  const resources = [bucket.arnForObjects("*")];
  // Object Lock keeps every version, but a newer one, or the marker of a deletion, would hide it.
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...deny,
      sid: "DenyOverwriting",
      actions: ["s3:PutObject"],
      resources,
      conditions: { Null: { "s3:if-none-match": "true" } },
    }),
  );
  // An object that is put before its anchor exists could never be replaced.
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...deny,
      sid: "DenyOtherWriters",
      actions: ["s3:PutObject"],
      resources,
      conditions: hasOtherPath(ledgerWriters),
    }),
  );
  bucket.addToResourcePolicy(
    new PolicyStatement({ ...deny, sid: "DenyDeletion", actions: ["s3:DeleteObject"], resources }),
  );
  return bucket;
}
