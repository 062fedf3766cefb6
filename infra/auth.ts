import { Duration } from "aws-cdk-lib";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { countedAttributes, issuingAttributes } from "#shared/auth/counted-attributes.ts";
import { variables } from "#shared/platform/names.ts";
import { happens, happensOnEnd } from "./constructs/conditions.ts";
import { NodeFunction, requestFunction } from "./constructs/function.ts";
import { keysThatBeginWith, updatesOf } from "./constructs/leading-keys.ts";
import type { Operation } from "./constructs/observability.ts";
import { protectedTable } from "./constructs/table.ts";
import { tableThrottles } from "./constructs/throttling.ts";

/** Organisations and tokens, and the function that administers them. It has no route: IAM decides who may invoke it. */
export class Access extends Construct {
  readonly table: TableV2;
  readonly admin: NodeFunction;
  /** Issues access tokens to API clients. It has a route, and may read no event. */
  readonly oauth: NodeFunction;

  constructor(scope: Construct, id: string, { operation }: { operation: Operation }) {
    super(scope, id);
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    // No index: one would be looked after at every use of a token, and lists are items of their own.
    this.table = new TableV2(this, "Config", {
      partitionKey: text("pk"),
      sortKey: text("sk"),
      ...protectedTable,
      timeToLiveAttribute: "expires_at_seconds",
    });
    operation.alarms.add(this, "ConfigThrottled", {
      severity: "page",
      means: "DynamoDB holds back the writes by which tokens are proved: requests are refused for it.",
      ...happensOnEnd(tableThrottles(this.table, "Write", [])),
    });
    this.admin = new NodeFunction(this, "Admin", {
      entry: "functions/admin/admin.ts",
      description: "Creates organisations; issues, lists and revokes tokens. Invoked through IAM only.",
      timeoutSeconds: 15,
      log: operation.auditLogs.access,
    });
    this.allow(this.admin, [
      "BatchGetItem",
      "ConditionCheckItem",
      "DeleteItem",
      "GetItem",
      "PutItem",
      "Query",
      "UpdateItem",
    ]);

    operation.alarms.add(this, "AdminErrors", {
      severity: "notice",
      means: "A call of an administrator failed, for a defect or for trouble of DynamoDB.",
      ...happens(this.admin.metricErrors({ period: Duration.minutes(5) })),
    });

    this.oauth = new NodeFunction(this, "Oauth", {
      entry: "functions/api/oauth.ts",
      description: "Issues and revokes the access tokens of the Fakturoid dialect.",
      timeoutSeconds: 15,
      memory: 1024,
      ...requestFunction(operation),
    });
    this.allowTokens(this.oauth, issuingAttributes);
    this.allowSuspensions(this.oauth);
  }

  /** Lets a function authenticate callers: it reads tokens, and counts on a token's item what its caller uses. */
  allowAuthenticate(fn: LambdaFunction): void {
    this.allowTokens(fn, countedAttributes);
    this.allowSuspensions(fn);
  }

  /** Lets a function list the organisations that are suspended. */
  allowSuspensions(fn: LambdaFunction): void {
    this.allow(fn, ["Query"], keysThatBeginWith("suspended_orgs"));
  }

  /** Lets a function know organisations. */
  allowOrgs(fn: LambdaFunction): void {
    this.allow(fn, ["GetItem"], keysThatBeginWith("org#"));
  }

  /** Lets a function know organisations, and remember where lists that are paged by number go on. */
  allowListing(fn: LambdaFunction): void {
    this.allowOrgs(fn);
    this.allow(fn, ["PutItem", "Query"], keysThatBeginWith("page#"));
  }

  /** Lets a function list the organisations whose index keys are sharded. */
  allowShards(fn: LambdaFunction): void {
    this.allow(fn, ["Query"], keysThatBeginWith("sharded_orgs"));
  }

  /** Lets a function pin idempotency keys, and write nothing else. */
  allowPin(fn: LambdaFunction): void {
    this.allow(fn, ["PutItem"], keysThatBeginWith("pin#"));
  }

  /** Lets a function look at webhook endpoints, disable one, or change them as their owners ask. */
  allowEndpoints(fn: LambdaFunction, purpose: "get" | "list" | "disable" | "change"): void {
    const actions = {
      get: ["GetItem"],
      list: ["GetItem", "Query"],
      disable: ["GetItem", "PutItem"],
      change: ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"],
    };
    this.allow(fn, actions[purpose], keysThatBeginWith("webhook"));
  }

  private allowTokens(fn: LambdaFunction, attributes: readonly string[]): void {
    this.allow(fn, ["GetItem"], keysThatBeginWith("token#"));
    this.allow(fn, ["UpdateItem"], updatesOf(attributes, "token#"));
  }

  private allow(fn: LambdaFunction, names: string[], conditions = {}): void {
    fn.addEnvironment(variables.configTable, this.table.tableName);
    const actions = names.map((name) => `dynamodb:${name}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.table.tableArn], conditions }));
  }
}
