import { expect, it } from "vitest";
import * as z from "zod";
import { inWords, plainId, templateOf } from "#test/support/infra/template.ts";

const arns = z.record(z.string(), z.unknown());

const template = templateOf("prod", {
  archive: { years: 10 },
  backup: { keepDailyDays: 7, keepMonthlyDays: 365, monthlyToColdDays: 1, isLocked: true },
});

function only(type: string) {
  const [resource, ...others] = Object.values(template.findResources(type));
  if (resource === undefined || others.length > 0) throw new Error(`There is not one ${type}.`);
  return resource;
}

it("archive bucket locks its objects for ten years, and is not public", () => {
  const { Properties, DeletionPolicy } = only("AWS::S3::Bucket");
  expect(DeletionPolicy).toBe("RetainExceptOnCreate");
  expect(Properties).toMatchObject({
    ObjectLockEnabled: true,
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 3_650 } } },
    VersioningConfiguration: { Status: "Enabled" },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  });
  const statements: Record<string, unknown>[] = only("AWS::S3::BucketPolicy").Properties.PolicyDocument.Statement;
  const allowed = statements.filter(({ Effect }) => Effect === "Allow");
  expect(allowed.map(({ Action, Principal }) => [Action, inWords(Object.values(Principal ?? {})[0])])).toEqual([
    ["s3:GetBucketAcl", "logs.AWS::Region.amazonaws.com"],
    ["s3:PutObject", "logs.AWS::Region.amazonaws.com"],
  ]);
  expect(
    statements.some(
      ({ Effect, Condition }) => Effect === "Deny" && JSON.stringify(Condition).includes("SecureTransport"),
    ),
  ).toBe(true);
});

it("archive bucket allows exports of the log group, with and without the suffix of its ARN", () => {
  const statements: Record<string, unknown>[] = only("AWS::S3::BucketPolicy").Properties.PolicyDocument.Statement;
  const allowed = statements.filter(({ Effect }) => Effect === "Allow");
  expect(allowed).toHaveLength(2);
  for (const { Condition } of allowed) {
    const { StringEquals, ArnLike } = z.object({ StringEquals: arns, ArnLike: arns }).parse(Condition);
    expect(inWords(StringEquals["aws:SourceAccount"])).toBe("AWS::AccountId");
    const group = "arn:AWS::Partition:logs:AWS::Region:AWS::AccountId:log-group:AuditLogsEvents";
    expect([ArnLike["aws:SourceArn"]].flat().map(inWords)).toEqual([group, `${group}:*`]);
  }
});

it("archive function exports the previous day daily, and has no other permission", () => {
  const rules = Object.entries(template.findResources("AWS::Events::Rule"));
  const [, rule] = rules.find(([id]) => plainId(id) === "ArchiveEachDay") ?? [];
  expect(rule?.Properties.ScheduleExpression).toBe("cron(0 13 * * ? *)");
  expect(inWords(rule?.Properties.Targets[0].Arn)).toBe("ArchiveFunction");
});

it("backups are daily, and monthly in cold storage, in a vault whose lock is final after three days", () => {
  const { Properties } = only("AWS::Backup::BackupVault");
  expect(Properties.LockConfiguration).toEqual({ ChangeableForDays: 3, MinRetentionDays: 7 });
  const { BackupPlanRule } = only("AWS::Backup::BackupPlan").Properties.BackupPlan;
  expect(BackupPlanRule.map(({ Lifecycle }: { Lifecycle: unknown }) => Lifecycle)).toEqual([
    { DeleteAfterDays: 7 },
    { DeleteAfterDays: 365, MoveToColdStorageAfterDays: 1 },
  ]);
  const { Resources } = only("AWS::Backup::BackupSelection").Properties.BackupSelection;
  expect(Resources.map(inWords)).toEqual([
    expect.stringContaining("EventLogTable"),
    expect.stringContaining("LedgerTable"),
    expect.stringContaining("AuthConfig"),
  ]);
});

it("backups of prod are 7 daily and 12 monthly ones, in an unlocked vault", () => {
  const prod = templateOf("prod");
  const [plan] = Object.values(prod.findResources("AWS::Backup::BackupPlan"));
  expect(plan?.Properties.BackupPlan.BackupPlanRule).toMatchObject([
    { ScheduleExpression: "cron(0 3 * * ? *)", Lifecycle: { DeleteAfterDays: 7 } },
    { ScheduleExpression: "cron(0 4 1 * ? *)", Lifecycle: { DeleteAfterDays: 365, MoveToColdStorageAfterDays: 1 } },
  ]);
  const [vault] = Object.values(prod.findResources("AWS::Backup::BackupVault"));
  expect(vault?.Properties).not.toHaveProperty("LockConfiguration");
});

it("backups with too short a retention in cold storage fail the synthesis", () => {
  const backup = { keepDailyDays: 7, keepMonthlyDays: 96, monthlyToColdDays: 7, isLocked: false };
  expect(() => templateOf("prod", { backup })).toThrow("keepMonthlyDays must be 97 or more");
  expect(() => templateOf("prod", { backup: { ...backup, keepMonthlyDays: 97 } })).not.toThrow();
});

it("a stage without archive and backup has neither", () => {
  const plain = templateOf("dev", { archive: null, backup: null, console: null });
  plain.resourceCountIs("AWS::S3::Bucket", 0);
  plain.resourceCountIs("AWS::Backup::BackupVault", 0);
});
