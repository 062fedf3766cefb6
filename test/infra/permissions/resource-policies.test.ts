import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { stageNames } from "#infra/config.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { allowing, policyOf, type ServiceRequest, targetOf } from "#test/support/infra/resource-policies.ts";
import { inWords, plainId, templateOf } from "#test/support/infra/template.ts";

const templates: [string, Template][] = [
  ...stageNames.map((name): [string, Template] => [name, templateOf(name)]),
  ["prod with everything", templateOf("prod", fullStage)],
];

const encrypted = z.object({ KmsMasterKeyId: z.unknown().optional(), KmsKeyId: z.unknown().optional() });

/** A key that a service has to use for a resource that it writes to, in the words of the resource's own type. */
function keyRequests(template: Template, { service, resource }: ServiceRequest): ServiceRequest[] {
  const { KmsMasterKeyId, KmsKeyId } = encrypted.parse(propertiesOf(template, resource));
  const key = targetOf(KmsMasterKeyId ?? KmsKeyId);
  return key === null
    ? []
    : ["kms:Decrypt", "kms:GenerateDataKey"].map((action) => ({ service, action, resource: key }));
}

function propertiesOf(template: Template, logicalId: string): Record<string, unknown> {
  const { Resources }: { Resources?: Record<string, { Properties?: Record<string, unknown> }> } = template.toJSON();
  const found = Resources?.[logicalId];
  if (found === undefined) throw new Error(`The template has no ${logicalId}.`);
  return found.Properties ?? {};
}

/** What the alarms of a template ask of their topics. */
function alarmRequests(template: Template): [alarm: string, ServiceRequest][] {
  return Object.entries(template.findResources("AWS::CloudWatch::Alarm")).flatMap(([alarm, { Properties }]) => {
    const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = Properties;
    return [...AlarmActions, ...OKActions, ...InsufficientDataActions].map(
      (action: unknown): [string, ServiceRequest] => {
        const resource = targetOf(action);
        if (resource === null) throw new Error(`The action of ${alarm} is no resource of the template.`);
        return [alarm, { service: "cloudwatch.amazonaws.com", action: "sns:Publish", resource }];
      },
    );
  });
}

/**
 * What other services ask of resources by the resources' own policies: what rules and subscriptions send to queues and
 * topics, the logs that are encrypted by a key, and the export to the archive.
 */
function otherRequests(template: Template): ServiceRequest[] {
  const service = "logs.AWS::Region.amazonaws.com";
  const encryptedLogs = Object.values(template.findResources("AWS::Logs::LogGroup")).flatMap(({ Properties }) => {
    const resource = targetOf(Properties.KmsKeyId);
    const actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"];
    return resource === null ? [] : actions.map((action) => ({ service, action, resource }));
  });
  const rules = Object.values(template.findResources("AWS::Events::Rule")).flatMap(({ Properties }) =>
    Properties.Targets.flatMap(({ Arn, DeadLetterConfig }: { Arn: unknown; DeadLetterConfig?: { Arn: unknown } }) => {
      const queues = [Arn, DeadLetterConfig?.Arn].map(targetOf).filter((id) => id !== null && isQueue(template, id));
      return queues.map((resource) => ({ service: "events.amazonaws.com", action: "sqs:SendMessage", resource }));
    }),
  );
  const subscriptions = Object.values(template.findResources("AWS::SNS::Subscription")).flatMap(({ Properties }) => {
    const resource = targetOf(Properties.Endpoint);
    return resource === null ? [] : [{ service: "sns.amazonaws.com", action: "sqs:SendMessage", resource }];
  });
  const served = Object.values(template.findResources("AWS::CloudFront::Distribution")).flatMap(({ Properties }) => {
    const origins: { DomainName: unknown; S3OriginConfig?: unknown }[] = Properties.DistributionConfig.Origins;
    return origins.flatMap(({ DomainName, S3OriginConfig }) => (S3OriginConfig ? (targetOf(DomainName) ?? []) : []));
  });
  // No service puts anchors, but a function by its own policy.
  const notAnchors = (id: string) => plainId(id) !== "AnchorsBucket";
  const buckets = Object.keys(template.findResources("AWS::S3::Bucket"))
    .filter(notAnchors)
    .flatMap((resource) =>
      served.includes(resource)
        ? [{ service: "cloudfront.amazonaws.com", action: "s3:GetObject", resource }]
        : ["s3:GetBucketAcl", "s3:PutObject"].map((action) => ({ service, action, resource })),
    );
  return [...encryptedLogs, ...rules, ...subscriptions, ...buckets];
}

function isQueue(template: Template, logicalId: string): boolean {
  return Object.keys(template.findResources("AWS::SQS::Queue")).includes(logicalId);
}

describe.each(templates)("resource policies of %s", (_, template) => {
  const alarms = alarmRequests(template);

  it("each alarm has a topic", () => {
    const all = Object.keys(template.findResources("AWS::CloudWatch::Alarm"));
    expect(new Set(alarms.map(([alarm]) => alarm))).toEqual(new Set(all));
    expect(all.length).toBeGreaterThan(20);
  });

  it.each(alarms)("CloudWatch may publish for %s", (_, request) => {
    const [statement, ...others] = allowing(policyOf(template, request.resource) ?? [], request);
    expect([request.resource, statement]).toEqual([request.resource, expect.anything()]);
    expect(others).toEqual([]);
    // For alarms of this account only: otherwise anybody's alarm could publish through CloudWatch.
    const { StringEquals, ArnLike } = z
      .object({ StringEquals: z.record(z.string(), z.unknown()), ArnLike: z.record(z.string(), z.unknown()) })
      .parse(statement?.Condition);
    expect(inWords(StringEquals["aws:SourceAccount"])).toBe("AWS::AccountId");
    expect(inWords(ArnLike["aws:SourceArn"])).toMatch(
      /^arn:AWS::Partition:cloudwatch:(AWS::Region|us-east-1):AWS::AccountId:alarm:\*$/,
    );
    for (const key of keyRequests(template, request)) {
      expect(allowing(policyOf(template, key.resource) ?? [], key), key.resource).not.toEqual([]);
    }
  });

  it("allow every AWS service that needs access", () => {
    for (const request of otherRequests(template)) {
      const statements = policyOf(template, request.resource) ?? [];
      const service = allowing(statements, request).length > 0 ? request.service : regional(request.service);
      expect([request, allowing(statements, { ...request, service })]).toEqual([request, [expect.anything()]]);
    }
  });

  it("keep the account's access to a key with its own policy", () => {
    for (const key of Object.keys(template.findResources("AWS::KMS::Key"))) {
      const own = policyOf(template, key)?.filter(({ Effect, Principal }) => {
        const { AWS } = z.object({ AWS: z.unknown() }).safeParse(Principal).data ?? {};
        return Effect === "Allow" && inWords(AWS).endsWith(":root");
      });
      expect([plainId(key), own?.flatMap(({ Action }) => Action)]).toEqual([plainId(key), ["kms:*"]]);
    }
  });

  it("do not deny AWS Backup access to the vault", () => {
    for (const vault of Object.keys(template.findResources("AWS::Backup::BackupVault"))) {
      const denied = policyOf(template, vault)?.flatMap(({ Action }) => Action) ?? [];
      expect(denied.sort()).toEqual(["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]);
    }
  });
});

function regional(service: string): string {
  return service.replace("AWS::Region", fullStage.region);
}

it("the test detects a topic policy that only denies", () => {
  const template = templateOf("dev");
  const json = structuredClone(template.toJSON());
  const [[alarm, request] = ["", undefined]] = alarmRequests(template);
  if (request === undefined) throw new Error("There is no alarm.");
  expect(alarm).not.toBe("");
  for (const { Type, Properties } of Object.values<{ Type: string; Properties: Record<string, unknown> }>(
    json.Resources,
  )) {
    if (Type !== "AWS::SNS::TopicPolicy") continue;
    const { Statement } = z
      .object({ Statement: z.array(z.looseObject({ Effect: z.string() })) })
      .parse(Properties.PolicyDocument);
    Properties.PolicyDocument = { Statement: Statement.filter(({ Effect }) => Effect === "Deny") };
  }
  const only: Pick<Template, "toJSON"> = { toJSON: () => json };
  expect(allowing(policyOf(only, request.resource) ?? [], request)).toEqual([]);
});
