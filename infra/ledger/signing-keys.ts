import { Stack, Validations } from "aws-cdk-lib";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Alarms } from "#infra/constructs/alarms.ts";
import type { NodeFunction } from "#infra/constructs/function.ts";
import { retainExceptOnCreate } from "#infra/constructs/retention.ts";
import { checkpointSigners, hasOtherPath, ledgerWriters } from "#infra/constructs/role-paths.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import type { SigningKey } from "./signing-key-settings.ts";

export type SigningKeysProps = {
  /** The name of the stage's logs. */
  readonly logName: string;
  readonly keys: readonly SigningKey[];
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

/**
 * The Ed25519 keys that sign checkpoints, of which each follows another: KMS does not rotate such keys. Private keys never leave
 * KMS, and former keys stay, because their public keys verify for ever.
 */
export class SigningKeys extends Construct {
  /** The keys for functions, and for the command line, as JSON. */
  readonly json: string;
  readonly #keys: readonly Key[];
  readonly #logName: string;

  constructor(scope: Construct, id: string, { logName, keys, alarms }: SigningKeysProps) {
    super(scope, id);
    this.#logName = logName;
    const described = keys.map((key) => ({ settings: key, key: key.lostKey === null ? this.#addKey(key) : null }));
    this.#keys = described.flatMap(({ key }) => key ?? []);
    this.json = Stack.of(this).toJsonString(
      described.map(({ settings: { from, until, lostKey }, key }) => ({
        from: from?.toISOString() ?? null,
        until: until?.toISOString() ?? null,
        ...(key === null ? { public_key: Buffer.from(lostKey ?? []).toString("base64") } : { arn: key.keyArn }),
      })),
    );
    alarms.addEvent(this, "SigningKeyChanged", {
      description: "A key that signs checkpoints was disabled, scheduled for deletion, or given to others.",
      eventPattern: {
        source: ["aws.kms"],
        detailType: ["AWS API Call via CloudTrail"],
        detail: {
          eventSource: ["kms.amazonaws.com"],
          eventName: harmfulCalls,
          requestParameters: { keyId: this.#keys.flatMap(({ keyId, keyArn }) => [keyId, keyArn]) },
        },
      },
    });
  }

  /** Grants signing checkpoints, and reading the public keys. The role must have a path of signers. */
  grantSign(fn: NodeFunction): void {
    if (fn.rolePath !== checkpointSigners && fn.rolePath !== ledgerWriters) {
      throw new Error(`${fn.node.path} signs checkpoints, so its rolePath must be checkpointSigners or ledgerWriters.`);
    }
    const resources = this.#arns();
    fn.addToRolePolicy(new PolicyStatement({ actions: ["kms:Sign"], resources, conditions: noteSignature }));
    this.grantGetPublicKey(fn);
  }

  /** Grants reading the public keys. */
  grantGetPublicKey(fn: LambdaFunction): void {
    fn.addEnvironment(envVars.signingKeys, this.json);
    fn.addEnvironment(envVars.logName, this.#logName);
    fn.addToRolePolicy(new PolicyStatement({ actions: ["kms:GetPublicKey"], resources: this.#arns() }));
  }

  #arns(): string[] {
    return this.#keys.map(({ keyArn }) => keyArn);
  }

  #addKey({ id, until }: SigningKey): Key {
    const key = new Key(this, id, {
      description: `Signs the checkpoints of the logs of ${this.#logName}. Proofs are verified with its public key for ever.`,
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: retainExceptOnCreate,
    });
    key.addToResourcePolicy(denyOtherSigners());
    if (until !== null) key.addToResourcePolicy(denySigningFrom(until));
    Validations.of(key).acknowledge({
      id: "AwsSolutions::AwsSolutions-KMS5",
      reason:
        "KMS does not rotate asymmetric keys. A rotation is another key in trust.keys, which signs beside this one.",
    });
    return key;
  }
}

/** Returns the statement against false checkpoints: other roles, such as an administrator's, may have the permission to sign. */
function denyOtherSigners(): PolicyStatement {
  return denySigning("DenyOtherSigners", hasOtherPath(checkpointSigners, ledgerWriters));
}

/** Returns the statement that ends the time of a key for all. To disable the key would also hide its public key from readers. */
function denySigningFrom(until: Date): PolicyStatement {
  return denySigning("DenyFormerKey", { DateGreaterThanEquals: { "aws:CurrentTime": until.toISOString() } });
}

function denySigning(sid: string, conditions: Record<string, Record<string, string | string[]>>): PolicyStatement {
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ["kms:Sign"],
    resources: ["*"],
    conditions,
  });
}
