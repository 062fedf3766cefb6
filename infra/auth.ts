import { Duration } from "aws-cdk-lib";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { issuerAttributes, usageAttributes } from "#shared/auth/usage-attributes.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { whenNonZero, whenNonZeroForThreePeriods } from "./constructs/conditions.ts";
import { NodeFunction, requestFunction } from "./constructs/function.ts";
import { leadingKeys, updatesOf } from "./constructs/leading-keys.ts";
import type { Observability } from "./constructs/observability.ts";
import { protectedTable } from "./constructs/table.ts";
import { tableThrottles } from "./constructs/throttling.ts";

/** Organisations and tokens, and the function that administers them. It has no route: IAM decides who may invoke it. */
export class Auth extends Construct {
  readonly table: TableV2;
  readonly admin: NodeFunction;
  /** Issues access tokens to API clients. It has a route, and may read no event. */
  readonly oauth: NodeFunction;

  constructor(scope: Construct, id: string, { observability }: { observability: Observability }) {
    super(scope, id);
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    // No index: one would be looked after at every use of a token, and lists are items of their own.
    this.table = new TableV2(this, "Config", {
      partitionKey: text("pk"),
      sortKey: text("sk"),
      ...protectedTable,
      timeToLiveAttribute: "expires_at_seconds",
    });
    observability.alarms.add(this, "ConfigThrottled", {
      severity: "page",
      description: "DynamoDB holds back the writes by which tokens are proved: requests are refused for it.",
      ...whenNonZeroForThreePeriods(tableThrottles(this.table, "Write", [])),
    });
    this.admin = new NodeFunction(this, "Admin", {
      entry: "functions/admin/admin.ts",
      description: "Creates organisations; issues, lists and revokes tokens. Invoked through IAM only.",
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
      description: "A call of an administrator failed, for a defect or for trouble of DynamoDB.",
      ...whenNonZero(this.admin.metricErrors({ period: Duration.minutes(5) })),
    });

    this.oauth = new NodeFunction(this, "Oauth", {
      entry: "functions/api/oauth.ts",
      description: "Issues and revokes the access tokens of the Fakturoid dialect.",
      timeoutSeconds: 15,
      memory: 1024,
      ...requestFunction(observability),
    });
    this.grantTokens(this.oauth, issuerAttributes);
    this.grantListSuspendedOrgs(this.oauth);
  }

  /** Lets a function authenticate callers: it reads tokens, and counts on a token's item what its caller uses. */
  grantAuthenticate(fn: LambdaFunction): void {
    this.grantTokens(fn, usageAttributes);
    this.grantListSuspendedOrgs(fn);
  }

  /** Lets a function list the organisations that are suspended. */
  grantListSuspendedOrgs(fn: LambdaFunction): void {
    this.grant(fn, ["Query"], leadingKeys("suspended_orgs"));
  }

  /** Lets a function know organisations. */
  grantGetOrgs(fn: LambdaFunction): void {
    this.grant(fn, ["GetItem"], leadingKeys("org#"));
  }

  /** Lets a function know organisations, and remember where lists that are paged by number go on. */
  grantOffsetPagination(fn: LambdaFunction): void {
    this.grantGetOrgs(fn);
    this.grant(fn, ["PutItem", "Query"], leadingKeys("page#"));
  }

  /** Lets a function list the organisations whose index keys are sharded. */
  grantListShardedOrgs(fn: LambdaFunction): void {
    this.grant(fn, ["Query"], leadingKeys("sharded_orgs"));
  }

  /** Lets a function pin idempotency keys, and write nothing else. */
  grantIdempotencyRecords(fn: LambdaFunction): void {
    this.grant(fn, ["PutItem"], leadingKeys("pin#"));
  }

  /** Lets a function look at webhook endpoints, disable one, or change them as their owners ask. */
  grantEndpoints(fn: LambdaFunction, purpose: "get" | "list" | "disable" | "change"): void {
    const actions = {
      get: ["GetItem"],
      list: ["GetItem", "Query"],
      disable: ["GetItem", "PutItem"],
      change: ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"],
    };
    this.grant(fn, actions[purpose], leadingKeys("webhook"));
  }

  private grantTokens(fn: LambdaFunction, attributes: readonly string[]): void {
    this.grant(fn, ["GetItem"], leadingKeys("token#"));
    this.grant(fn, ["UpdateItem"], updatesOf(attributes, "token#"));
  }

  private grant(fn: LambdaFunction, names: string[], conditions = {}): void {
    fn.addEnvironment(envVars.configTable, this.table.tableName);
    const actions = names.map((name) => `dynamodb:${name}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.table.tableArn], conditions }));
  }
}
