import { describe, expect, it } from "vitest";
import { type Stage, stages } from "#infra/config.ts";
import type { AccountPorts } from "#infra/deployment/account-ports.ts";
import { checkAccount } from "#infra/deployment/check-account.ts";
import { stageRequirements } from "#infra/deployment/stage-requirements.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { buildAccountPorts } from "#test/support/memory/account.ts";

const domain = { ...fullStage.domain, certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1" };

/** Returns the findings for prod, with changed parts of the stage and of the account. */
async function found(account: Partial<AccountPorts>, stage: Partial<Stage> = {}) {
  const findings = await checkAccount(
    stageRequirements("prod", { ...stages.prod, ...stage }),
    buildAccountPorts(account),
  );
  return findings.map(({ stops, message }) => `${stops ? "stops" : "note"}: ${message}`);
}

describe("checkAccount with the default quotas", () => {
  it("returns no findings for the configured stages", async () => {
    for (const name of ["prod", "dev"] as const) {
      expect(await checkAccount(stageRequirements(name, stages[name]), buildAccountPorts())).toEqual([]);
    }
  });

  it("returns no findings for a stage with all options", async () => {
    expect(await found({}, { ...fullStage, region: null, edge: null, domain })).toEqual([]);
  });
});

describe("checkAccount, concurrency", () => {
  it.each([10, 50, 400, 689])("stops when the stage reserves 590 and the account has %i", async (limit) => {
    const [finding, ...others] = await found({ concurrency: async () => ({ limit, unreserved: limit }) });
    expect(others).toEqual([]);
    expect(finding).toMatch(/^stops: Lambda allows \d+ concurrent executions in this account/);
    expect(finding).toContain("The stage reserves 590, and 100 must stay unreserved.");
    expect(finding).toContain("--quota-code L-B99A9384 --desired-value 1000. Or set reserved: null.");
  });

  it("returns a note from 690 to 999 and nothing from 1000 on, where queues and streams need 410", async () => {
    const [finding] = await found({ concurrency: async () => ({ limit: 690, unreserved: 690 }) });
    expect(finding).toContain("note: Lambda allows 690 concurrent executions");
    expect(finding).toContain("Queues and streams use up to 410 of the remaining 100");
    expect(await found({ concurrency: async () => ({ limit: 1000, unreserved: 1000 }) })).toEqual([]);
  });

  it("counts out the reservations of other functions, and not those of the stage itself", async () => {
    const concurrency = async () => ({ limit: 1_000, unreserved: 410 });
    const [finding] = await found({ concurrency });
    expect(finding).toMatch(/^stops: .* 590 are reserved by other functions\..*--desired-value 1590\./);
    expect(await found({ concurrency, reservedBy: async () => 590 })).toEqual([]);
  });

  it("returns a note with the quota request when a stage without reservations has a new account", async () => {
    const concurrency = async () => ({ limit: 10, unreserved: 10 });
    const [finding] = await found({ concurrency }, { ...stages.dev, backup: null });
    expect(finding).toContain("note: Lambda allows 10 concurrent executions");
    expect(finding).toContain("--desired-value 92.");
  });
});

describe("checkAccount, bootstrap stack", () => {
  it("stops when it is missing or older than the CDK requires", async () => {
    expect(await found({ bootstrapVersion: async () => null })).toEqual([
      "stops: eu-central-1 was never bootstrapped; the CDK requires version 6. Run npx cdk bootstrap.",
    ]);
    expect(await found({ bootstrapVersion: async () => 5 })).toEqual([expect.stringContaining("has version 5")]);
  });
});

describe("checkAccount, certificate", () => {
  it.each([
    [{ certificate: async () => null }, "The certificate arn:aws:acm:.* does not exist"],
    [{ certificate: async () => ({ status: "PENDING_VALIDATION", names: [domain.name] }) }, "is PENDING_VALIDATION"],
    [{ certificate: async () => ({ status: "ISSUED", names: ["example.com"] }) }, "is for example.com, not for"],
    [{ certificate: async () => ({ status: "ISSUED", names: ["*.activity.example.com"] }) }, "not for activity."],
    [{ region: async () => "us-west-2" }, "is in eu-central-1, but must be in us-west-2"],
  ])("stops for %j", async (account, reason) => {
    expect(await found(account, { domain })).toEqual([expect.stringMatching(new RegExp(`^stops: .*${reason}`))]);
  });

  it("accepts a wildcard, and requires us-east-1 when the stage has an edge", async () => {
    const wildcard = { certificate: async () => ({ status: "ISSUED", names: ["*.example.com"] }) };
    expect(await found(wildcard, { domain })).toEqual([]);
    expect(await found(wildcard, { domain: fullStage.domain, edge: fullStage.edge })).toEqual([]);
    expect(await found(wildcard, { domain, edge: fullStage.edge })).toEqual([
      expect.stringContaining("is in eu-central-1, but must be in us-east-1"),
    ]);
  });
});

describe("checkAccount, hosted zone", () => {
  it.each([
    [async () => null, "The hosted zone Z0123456789 does not exist in this account"],
    [async () => ({ name: "example.org" }), "The hosted zone Z0123456789 is example.org, not example.com"],
  ])("stops for %j", async (hostedZone, reason) => {
    expect(await found({ hostedZone }, { domain })).toEqual([expect.stringContaining(`stops: ${reason}`)]);
  });

  it("stops when the zone does not contain the domain", async () => {
    const other = { ...domain, name: "activity.example.net" };
    const certificate = async () => ({ status: "ISSUED", names: [other.name] });
    expect(await found({ certificate }, { domain: other })).toEqual([
      "stops: activity.example.net is not in the hosted zone example.com.",
    ]);
  });
});

describe("checkAccount, AWS Backup", () => {
  const notOptedIn = { backupSettings: async () => ({ optedIn: false, isManaged: false }) };

  it("stops when AWS Backup is disabled for tables and the stage has backups", async () => {
    expect(await found(notOptedIn)).toEqual([expect.stringContaining("stops: AWS Backup does not back up tables")]);
    expect(await found(notOptedIn, { backup: null })).toEqual([]);
  });

  it("returns a note when backups cannot move to cold storage", async () => {
    const found1 = await found({ backupSettings: async () => ({ optedIn: true, isManaged: false }) });
    expect(found1).toEqual([
      expect.stringContaining("note: AWS Backup does not move backups of tables to cold storage"),
    ]);
  });
});

describe("checkAccount, stack", () => {
  it.each([
    ["CREATE_IN_PROGRESS", true, "wait until the operation ends"],
    ["ROLLBACK_COMPLETE", true, "must be deleted: aws cloudformation update-termination-protection"],
    ["ROLLBACK_FAILED", true, "must be deleted"],
    ["UPDATE_ROLLBACK_FAILED", true, "continue-update-rollback"],
    ["DELETE_FAILED", false, "delete-stack --stack-name activity-log-prod again"],
  ])("stops in the state %s, and says how to recover", async (status, isProtected, way) => {
    expect(await found({ stack: async () => ({ status, isProtected }) })).toEqual([expect.stringContaining(way)]);
  });

  it.each([
    ["CREATE_COMPLETE", true],
    ["UPDATE_COMPLETE", true],
    ["UPDATE_ROLLBACK_COMPLETE", true],
    ["IMPORT_COMPLETE", true],
    ["CREATE_FAILED", true],
    ["REVIEW_IN_PROGRESS", false],
    ["ROLLBACK_COMPLETE", false],
  ])("does not stop in the state %s", async (status, isProtected) => {
    expect(await found({ stack: async () => ({ status, isProtected }) })).toEqual([]);
  });
});

describe("checkAccount, resources of an earlier stack", () => {
  const stackTags = (logicalId: string, stack = "activity-log-prod") => ({
    ...stages.prod.tags,
    "aws:cloudformation:stack-name": stack,
    "aws:cloudformation:logical-id": logicalId,
  });
  const table = "arn:aws:dynamodb:eu-central-1:123456789012:table/activity-log-prod-EventLogTable-1";
  const left = [
    { arn: table, tags: stackTags("EventLogTable0F3C") },
    { arn: "arn:aws:kms:eu-central-1:123456789012:key/1", tags: stackTags("AuditLogsKey1") },
    { arn: "arn:aws:sqs:eu-central-1:123456789012:other", tags: stackTags("Other", "activity-log-elsewhere") },
  ];

  it("stops a production stage, and returns the mapping for cdk import", async () => {
    const [finding, ...others] = await found({ tagged: async () => left });
    expect(others).toEqual([]);
    expect(finding).toContain("stops: An earlier activity-log-prod left 1 resources with data");
    expect(finding).toContain(`  ${table}`);
    expect(finding).toContain('{"EventLogTable0F3C":{"TableName":"activity-log-prod-EventLogTable-1"}}');
    expect(finding).not.toContain("elsewhere");
  });

  it("returns a note for other stages, and nothing when the stack exists", async () => {
    expect(await found({ tagged: async () => left }, { isProduction: false })).toEqual([
      expect.stringMatching(/^note: /),
    ]);
    const stack = async () => ({ status: "UPDATE_COMPLETE", isProtected: true });
    expect(await found({ tagged: async () => left, stack })).toEqual([]);
  });
});

it("checkAccount returns notes when its calls to AWS are denied", async () => {
  const denied = async () => {
    throw new Error("AccessDenied");
  };
  const findings = await found(
    {
      concurrency: denied,
      bootstrapVersion: denied,
      stack: denied,
      certificate: denied,
      hostedZone: denied,
      backupSettings: denied,
      tagged: denied,
    },
    { domain },
  );
  expect(findings).toHaveLength(7);
  for (const finding of findings) expect(finding).toMatch(/^note: Not checked: .* \(AccessDenied\)\.$/);
});
