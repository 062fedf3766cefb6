import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { stageNames } from "#infra/config.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { inWords, plainId, templateOf } from "#test/support/infra/template.ts";

type Statement = {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Record<string, unknown>>>;
};

/** Returns the properties of the resource with this id. */
function propertiesOf(template: Template, type: string, wanted: string) {
  const found = Object.entries(template.findResources(type)).find(([id]) => plainId(id) === wanted);
  if (found === undefined) throw new Error(`The template has no ${wanted}.`);
  return found[1].Properties;
}

function putStatements(template: Template): Statement[] {
  const policies = Object.values(template.findResources("AWS::IAM::Policy"));
  const statements: Statement[] = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  return statements.filter(({ Action }) => [Action].flat().includes("s3:PutObject"));
}

const bucketVariable = (template: Template) =>
  propertiesOf(template, "AWS::Lambda::Function", "AnchorsFunction").Environment.Variables[envVars.anchorBucket];

const trust = (anchorBucket: { years: number } | { name: string } | null) => ({
  trust: { ...fullStage.trust, anchorBucket },
});

describe("the bucket of anchors", () => {
  const template = templateOf("prod", trust({ years: 7 }));

  it("locks each object in compliance mode, and is not public", () => {
    expect(propertiesOf(template, "AWS::S3::Bucket", "AnchorsBucket")).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 7 * 365 } } },
      VersioningConfiguration: { Status: "Enabled" },
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
  });

  it("denies every principal to put over an object or to delete one", () => {
    const { PolicyDocument } = propertiesOf(template, "AWS::S3::BucketPolicy", "AnchorsBucketPolicy");
    const denied: Statement[] = PolicyDocument.Statement;
    expect(denied.map(({ Sid, Effect, Action, Condition }) => [Sid, Effect, Action, Condition])).toEqual(
      expect.arrayContaining([
        ["DenyOverwriting", "Deny", "s3:PutObject", { Null: { "s3:if-none-match": "true" } }],
        ["DenyDeletion", "Deny", "s3:DeleteObject", undefined],
      ]),
    );
  });

  it("gets anchors of the anchor function only", () => {
    expect(inWords(bucketVariable(template))).toBe("AnchorsBucket");
    expect(putStatements(template).map(({ Resource }) => inWords(Resource))).toEqual(["AnchorsBucket/anchors/*"]);
    const policies = Object.values(template.findResources("AWS::S3::BucketPolicy"));
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const denied = statements.find(({ Sid }) => Sid === "DenyOtherWriters");
    expect(denied).toMatchObject({ Effect: "Deny", Action: "s3:PutObject", Principal: { AWS: "*" } });
    expect(JSON.stringify(denied.Condition)).toContain("/ledger-writers/*");
  });

  it("can belong to another account", () => {
    const other = templateOf("prod", trust({ name: "anchors-of-our-auditor" }));
    other.resourceCountIs("AWS::S3::Bucket", 0);
    expect(bucketVariable(other)).toBe("anchors-of-our-auditor");
    const arn = "arn:AWS::Partition:s3:::anchors-of-our-auditor/anchors/*";
    expect(putStatements(other).map(({ Resource }) => inWords(Resource))).toEqual([arn]);
  });

  it("is not needed", () => {
    const none = templateOf("prod", trust(null));
    expect([bucketVariable(none), putStatements(none)]).toEqual([undefined, []]);
  });
});

it("the anchor function gets the witnesses of the stage, if there are any", () => {
  const witness = { url: "https://witness.example.com", key: "witness.example.com+00000000+BA==" };
  const template = templateOf("prod", { trust: { ...fullStage.trust, witnesses: [witness] } });
  const variables = (one: Template) =>
    propertiesOf(one, "AWS::Lambda::Function", "AnchorsFunction").Environment.Variables;
  expect(JSON.parse(variables(template)[envVars.witnesses])).toEqual([witness]);
  expect(variables(templateOf("prod"))).not.toHaveProperty(envVars.witnesses);
});

describe.each(stageNames)("the ledger of %s", (stage) => {
  const template = templateOf(stage);
  const table = propertiesOf(template, "AWS::DynamoDB::GlobalTable", "LedgerTable");
  const statements: Statement[] = table.Replicas[0].ResourcePolicy.PolicyDocument.Statement;

  it("denies every principal to put items, other than the roles of the functions that append", () => {
    const denied = statements.find(({ Sid }) => Sid === "DenyOtherWriters");
    expect(denied).toMatchObject({ Effect: "Deny", Principal: { AWS: "*" }, Action: "dynamodb:PutItem" });
    const writers = "arn:AWS::Partition:iam::AWS::AccountId:role/AWS::StackName/AWS::Region/ledger-writers/*";
    const { ArnNotLike } = z.object({ ArnNotLike: z.record(z.string(), z.unknown()) }).parse(denied?.Condition);
    const roles = [ArnNotLike["aws:PrincipalArn"]].flat().map(inWords);
    expect([Object.keys(ArnNotLike), roles]).toEqual([["aws:PrincipalArn"], [writers]]);
    const all = Object.entries(template.findResources("AWS::IAM::Role"));
    const writing = all.filter(([, { Properties }]) => inWords(Properties.Path).includes("/ledger-writers/"));
    expect(writing.map(([id]) => plainId(id)).sort()).toEqual([
      "AnchorsFunctionRole",
      "ReconcilerFunctionRole",
      "SequencerFunctionRole",
    ]);
  });
});

it.each(stageNames)("the config table of %s denies others to write what the ledger continues from", (stage) => {
  const table = propertiesOf(templateOf(stage), "AWS::DynamoDB::GlobalTable", "AuthConfig");
  const [denied] = table.Replicas[0].ResourcePolicy.PolicyDocument.Statement;
  expect(denied).toMatchObject({ Effect: "Deny", Principal: { AWS: "*" } });
  expect(denied.Action).toEqual(
    expect.arrayContaining(["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]),
  );
  const keys = ["sequencer#*", "reconcile#*", "anchors#*", "checkpoint#*"];
  expect(denied.Condition["ForAnyValue:StringLike"]).toEqual({ "dynamodb:LeadingKeys": keys });
  const roles: unknown[] = denied.Condition.ArnNotLike["aws:PrincipalArn"];
  expect(roles.map((role) => inWords(role).split("/").at(-2))).toEqual(["ledger-writers", "checkpoint-signers"]);
});

it("requests without a token are served by a function of their own, which may not sign", () => {
  const template = templateOf("prod");
  const integrations = template.findResources("AWS::ApiGatewayV2::Integration");
  const functionOf = (target: unknown) => {
    const found = Object.entries(integrations).find(([id]) => inWords(target) === `integrations/${plainId(id)}`);
    return inWords(found?.[1].Properties.IntegrationUri);
  };
  const routes = Object.values(template.findResources("AWS::ApiGatewayV2::Route"));
  const served = new Map(routes.map(({ Properties: { RouteKey, Target } }) => [RouteKey, functionOf(Target)]));
  const path = "ANY /api/public/v1/activity";
  expect([`${path}/keys`, `${path}/anchors/{proxy+}`, `${path}/checkpoint`].map((key) => served.get(key))).toEqual([
    "AnchorsApi",
    "AnchorsApi",
    "ProofsFunction",
  ]);
});
