import { Duration } from "aws-cdk-lib";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { issuerAttributes, revocationAttributes, usageAttributes } from "#shared/auth/usage-attributes.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { whenNonZero, whenNonZeroForThreePeriods } from "./constructs/alarm-conditions.ts";
import { leadingKeys, updatableAttributes } from "./constructs/dynamodb-key-conditions.ts";
import { managementFunctionProps, NodeFunction, requestFunctionProps } from "./constructs/function.ts";
import type { Observability } from "./constructs/observability.ts";
import { retainExceptOnCreate } from "./constructs/retention.ts";
import { checkpointSigners, hasOtherPath, ledgerWriters } from "./constructs/role-paths.ts";
import { protectedTable } from "./constructs/table.ts";
import { tableThrottles } from "./constructs/throttling.ts";

export type AuthProps = { readonly observability: Observability };

/** The table of organisations and tokens, the admin function, and the functions that issue tokens over HTTP. */
export class Auth extends Construct {
  readonly table: TableV2;
  /** Manages organisations and tokens. Has no route: IAM decides which principals may invoke it. */
  readonly admin: NodeFunction;
  /** Issues access tokens to API clients. Has a route, and no permission to read events. */
  readonly oauth: NodeFunction;
  /** Issues viewer tokens. The only function that can sign them; has no permission to read events. */
  readonly viewerTokens: NodeFunction;
  /** Lists and revokes the tokens of organisations. Has no permission to read events, nor to restore a token. */
  readonly tokens: NodeFunction;
  readonly #viewerKeysKey: Key;

  constructor(scope: Construct, id: string, { observability }: AuthProps) {
    super(scope, id);
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    // No GSI: it would be updated on every use of a token. Lists are stored as items.
    this.table = new TableV2(this, "Config", {
      partitionKey: text("pk"),
      sortKey: text("sk"),
      ...protectedTable,
      resourcePolicy: new PolicyDocument({ statements: [denyForeignLedgerProgress()] }),
      timeToLiveAttribute: "expires_at_seconds",
    });
    observability.alarms.add(this, "ConfigThrottled", {
      severity: "page",
      description: "DynamoDB throttles the writes that count the use of tokens: requests are rejected.",
      ...whenNonZeroForThreePeriods(tableThrottles(this.table, "Write", [])),
    });
    this.admin = new NodeFunction(this, "Admin", {
      entry: "functions/admin/admin.ts",
      description: "Creates organisations; manages tokens and the keys of viewer tokens. Invoked through IAM only.",
      timeoutSeconds: 15,
      log: observability.auditLogs.access,
    });
    this.grant(this.admin, [
      "BatchGetItem",
      "ConditionCheckItem",
      "DeleteItem",
      "GetItem",
      "PutItem",
      "Query",
      "UpdateItem",
    ]);

    observability.alarms.add(this, "AdminErrors", {
      severity: "notice",
      description: "An invocation of the admin function failed: a defect, or a transient error of DynamoDB.",
      ...whenNonZero(this.admin.metricErrors({ period: Duration.minutes(5) })),
    });

    this.oauth = new NodeFunction(this, "Oauth", {
      entry: "functions/api/oauth.ts",
      description: "Issues and revokes the access tokens of the Fakturoid dialect.",
      timeoutSeconds: 15,
      memory: 1024,
      ...requestFunctionProps(observability),
    });
    this.grantTokens(this.oauth, issuerAttributes);
    this.grantListSuspendedOrgs(this.oauth);

    this.#viewerKeysKey = new Key(this, "ViewerKeys", {
      description: "Encrypts the private keys that sign viewer tokens.",
      enableKeyRotation: true,
      removalPolicy: retainExceptOnCreate,
    });
    this.grantViewerKeysKey(this.admin, "kms:Encrypt");
    this.viewerTokens = new NodeFunction(this, "ViewerTokens", {
      entry: "functions/api/viewer-tokens.ts",
      description: "Issues viewer tokens for browsers.",
      timeoutSeconds: 15,
      memory: 1024,
      ...requestFunctionProps(observability),
    });
    this.grantAuthenticate(this.viewerTokens);
    this.grantVerifyViewerTokens(this.viewerTokens);
    this.grantViewerKeysKey(this.viewerTokens, "kms:Decrypt");

    this.tokens = new NodeFunction(this, "Tokens", {
      entry: "functions/api/tokens.ts",
      description: "Lists and revokes the tokens of organisations.",
      timeoutSeconds: 15,
      memory: 1024,
      ...managementFunctionProps(observability),
    });
    this.grantAuthenticate(this.tokens);
    this.grantManageTokens(this.tokens);
  }

  /** Grants authenticating callers: reading tokens, and counting their use. */
  grantAuthenticate(fn: LambdaFunction): void {
    this.grantTokens(fn, usageAttributes);
    this.grantListSuspendedOrgs(fn);
  }

  /** Grants listing the tokens of organisations, and revoking them. */
  private grantManageTokens(fn: LambdaFunction): void {
    this.grant(fn, ["Query"], leadingKeys("org#"));
    this.grant(fn, ["BatchGetItem"], leadingKeys("token#"));
    this.grant(fn, ["UpdateItem"], updatableAttributes(revocationAttributes, "token#"));
  }

  /** Grants reading the keys of viewer tokens, of which a function can use the public halves only. */
  grantVerifyViewerTokens(fn: LambdaFunction): void {
    this.grant(fn, ["Query"], leadingKeys("viewer_keys"));
  }

  /** Grants listing the suspended organisations. */
  grantListSuspendedOrgs(fn: LambdaFunction): void {
    this.grant(fn, ["Query"], leadingKeys("suspended_orgs"));
  }

  /** Grants reading single organisations. */
  grantGetOrgs(fn: LambdaFunction): void {
    this.grant(fn, ["GetItem"], leadingKeys("org#"));
  }

  /** Grants reading single organisations, and storing page checkpoints. */
  grantOffsetPagination(fn: LambdaFunction): void {
    this.grantGetOrgs(fn);
    this.grant(fn, ["PutItem", "Query"], leadingKeys("page#"));
  }

  /** Grants listing the ids of all organisations. */
  grantListOrgs(fn: LambdaFunction): void {
    this.grant(fn, ["Query"], leadingKeys("orgs"));
  }

  /** Grants listing the organisations that have more than one shard. */
  grantListShardedOrgs(fn: LambdaFunction): void {
    this.grant(fn, ["Query"], leadingKeys("sharded_orgs"));
  }

  /** Grants storing the checkpoints that were signed. */
  grantCheckpoints(fn: LambdaFunction): void {
    this.grant(fn, ["GetItem", "PutItem", "Query"], leadingKeys("checkpoint#"));
  }

  /** Grants storing the checkpoints of the log of anchors, and how many of its rounds are stored outside. */
  grantAnchorCheckpoints(fn: LambdaFunction): void {
    this.grant(fn, ["GetItem", "PutItem", "Query"], leadingKeys("checkpoint#~anchors", "anchors#"));
  }

  /** Grants reading the checkpoints of the log of anchors. */
  grantReadAnchorCheckpoints(fn: LambdaFunction): void {
    this.grant(fn, ["GetItem", "Query"], leadingKeys("checkpoint#~anchors"));
  }

  /** Grants acquiring and releasing the leases of requests that wait for changes. */
  grantWaitLeases(fn: LambdaFunction): void {
    this.grant(fn, ["UpdateItem"], leadingKeys("change_waits"));
  }

  /** Grants storing idempotency records, and no other write. */
  grantIdempotencyRecords(fn: LambdaFunction): void {
    this.grant(fn, ["PutItem"], leadingKeys("pin#"));
  }

  /** Grants reading and storing the claims of the sequencer. */
  grantSequencerClaims(fn: LambdaFunction): void {
    this.grant(fn, ["GetItem", "PutItem"], leadingKeys("sequencer#"));
  }

  /** Grants storing comparisons of logs with their events. */
  grantReconcileRuns(fn: LambdaFunction): void {
    this.grant(fn, ["GetItem", "PutItem", "DeleteItem"], leadingKeys("reconcile#"));
  }

  /** Grants access to webhook endpoints: reading, listing, disabling, or all changes. */
  grantEndpoints(fn: LambdaFunction, purpose: "get" | "list" | "disable" | "change"): void {
    const actions = {
      get: ["GetItem"],
      list: ["GetItem", "Query"],
      disable: ["GetItem", "PutItem"],
      change: ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"],
    };
    this.grant(fn, actions[purpose], leadingKeys("webhook"));
  }

  /** Grants encrypting or decrypting the private keys of viewer tokens, and nothing else. */
  private grantViewerKeysKey(fn: LambdaFunction, action: "kms:Encrypt" | "kms:Decrypt"): void {
    fn.addEnvironment(envVars.viewerKeysKey, this.#viewerKeysKey.keyArn);
    const conditions = {
      "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["purpose", "key_id"] },
      StringEquals: { "kms:EncryptionContext:purpose": "viewer_tokens" },
      Null: { "kms:EncryptionContext:purpose": "false" },
    };
    fn.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [this.#viewerKeysKey.keyArn], conditions }));
  }

  private grantTokens(fn: LambdaFunction, attributes: readonly string[]): void {
    this.grant(fn, ["GetItem"], leadingKeys("token#"));
    this.grant(fn, ["UpdateItem"], updatableAttributes(attributes, "token#"));
  }

  private grant(fn: LambdaFunction, names: string[], conditions = {}): void {
    fn.addEnvironment(envVars.configTable, this.table.tableName);
    const actions = names.map((name) => `dynamodb:${name}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.table.tableArn], conditions }));
  }
}

/** Items from which the functions of the ledger continue: claims, comparisons, copied anchors and checkpoints. */
const ledgerProgress = ["sequencer#*", "reconcile#*", "anchors#*", "checkpoint#*"];

/**
 * Returns the statement against false progress of the ledger: with it, a principal that can neither append nor sign could make
 * its functions skip events, append them twice, or forget what was signed.
 */
function denyForeignLedgerProgress(): PolicyStatement {
  return new PolicyStatement({
    sid: "DenyForeignLedgerProgress",
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:PartiQLInsert",
      "dynamodb:PartiQLUpdate",
      "dynamodb:PartiQLDelete",
    ],
    resources: ["*"],
    conditions: {
      "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": ledgerProgress },
      ...hasOtherPath(ledgerWriters, checkpointSigners),
    },
  });
}
