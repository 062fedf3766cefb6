import { Validations } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Alarms } from "#infra/constructs/alarms.ts";
import { retainExceptOnCreate } from "#infra/constructs/retention.ts";
import { envVars } from "#shared/platform/env-vars.ts";

export type SigningKeyProps = {
  /** The name of the stage's logs. */
  readonly logName: string;
  readonly alarms: Alarms;
};

/** Calls after which checkpoints may no longer be signed, or may be signed by others. */
const harmfulCalls = [
  "CreateGrant",
  "DisableKey",
  "DeleteImportedKeyMaterial",
  "PutKeyPolicy",
  "ScheduleKeyDeletion",
  "UpdatePrimaryRegion",
];

/** Pure Ed25519, as signed notes need it. The prehashed variant has other signatures. */
const noteSignature = {
  StringEquals: { "kms:SigningAlgorithm": "ED25519_SHA_512", "kms:MessageType": "RAW" },
};

/** The Ed25519 key that signs checkpoints. The private key never leaves KMS. */
export class SigningKey extends Construct {
  readonly key: Key;
  readonly #logName: string;

  constructor(scope: Construct, id: string, { logName, alarms }: SigningKeyProps) {
    super(scope, id);
    this.#logName = logName;
    this.key = new Key(this, "Key", {
      description: `Signs the checkpoints of the logs of ${logName}. Proofs are verified with its public key for ever.`,
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: retainExceptOnCreate,
    });
    Validations.of(this.key).acknowledge({
      id: "AwsSolutions::AwsSolutions-KMS5",
      reason: "KMS does not rotate asymmetric keys. A rotation is a second key that signs beside this one.",
    });
    const { keyId, keyArn } = this.key;
    alarms.addEvent(this, "SigningKeyChanged", {
      description: "The key that signs checkpoints was disabled, scheduled for deletion, or given to others.",
      eventPattern: {
        source: ["aws.kms"],
        detailType: ["AWS API Call via CloudTrail"],
        detail: {
          eventSource: ["kms.amazonaws.com"],
          eventName: harmfulCalls,
          requestParameters: { keyId: [keyId, keyArn] },
        },
      },
    });
  }

  /** Grants signing checkpoints, and reading the public key. */
  grantSign(fn: LambdaFunction): void {
    const resources = [this.key.keyArn];
    fn.addToRolePolicy(new PolicyStatement({ actions: ["kms:Sign"], resources, conditions: noteSignature }));
    this.grantGetPublicKey(fn);
  }

  /** Grants reading the public key. */
  grantGetPublicKey(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.signingKey, this.key.keyArn);
    fn.addEnvironment(envVars.logName, this.#logName);
    fn.addToRolePolicy(new PolicyStatement({ actions: ["kms:GetPublicKey"], resources: [this.key.keyArn] }));
  }
}
