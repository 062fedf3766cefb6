import { describe, expect, it } from "vitest";
import { type Stage, stages } from "#infra/config.ts";
import type { AccountPorts } from "#infra/deployment/account.ts";
import { checkAccount } from "#infra/deployment/check-account.ts";
import { stageNeeds } from "#infra/deployment/needs.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { buildAccountPorts } from "#test/support/memory/account.ts";

const domain = { ...fullStage.domain, certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1" };

/** What is found for prod, with parts of the stage and of the account changed. */
async function found(account: Partial<AccountPorts>, stage: Partial<Stage> = {}) {
  const findings = await checkAccount(stageNeeds("prod", { ...stages.prod, ...stage }), buildAccountPorts(account));
  return findings.map(({ stops, message }) => `${stops ? "stops" : "note"}: ${message}`);
}

describe("an account with the default quotas", () => {
  it("has room for prod and dev as they are configured", async () => {
    for (const name of ["prod", "dev"] as const) {
      expect(await checkAccount(stageNeeds(name, stages[name]), buildAccountPorts())).toEqual([]);
    }
  });

  it("has room for everything that a stage can ask for", async () => {
    expect(await found({}, { ...fullStage, region: null, edge: null, domain })).toEqual([]);
  });
});

describe("concurrency", () => {
  it.each([10, 50, 400, 579])("stops a stage that reserves 480 where the account has %i", async (limit) => {
    const [finding, ...others] = await found({ concurrency: async () => ({ limit, unreserved: limit }) });
    expect(others).toEqual([]);
    expect(finding).toMatch(/^stops: Lambda runs \d+ instances at a time in this account/);
    expect(finding).toContain("The stage reserves 480, and 100 have to stay unreserved.");
    expect(finding).toContain("--quota-code L-B99A9384 --desired-value 890. Or set reserved: null.");
  });

  it("is enough from 580 on, and short for queues under load below 890", async () => {
    const [finding] = await found({ concurrency: async () => ({ limit: 580, unreserved: 580 }) });
    expect(finding).toContain("note: Lambda runs 580 instances");
    expect(finding).toContain("Queues start up to 410 of the 100 that are left");
    expect(await found({ concurrency: async () => ({ limit: 890, unreserved: 890 }) })).toEqual([]);
  });

  it("that other functions reserved is not there, and what the stage has reserved itself is", async () => {
    const concurrency = async () => ({ limit: 1_000, unreserved: 500 });
    const [finding] = await found({ concurrency });
    expect(finding).toMatch(/^stops: .* of which 500 are reserved by others\..*--desired-value 1390\./);
    expect(await found({ concurrency, reservedBy: async () => 480 })).toEqual([]);
  });

  it("of a new account that is not reserved from is a note, with the way to more", async () => {
    const concurrency = async () => ({ limit: 10, unreserved: 10 });
    const [finding] = await found({ concurrency }, { ...stages.dev, backup: null });
    expect(finding).toContain("note: Lambda runs 10 instances at a time");
    expect(finding).toContain("--desired-value 52.");
  });
});

describe("the bootstrap stack", () => {
  it("has to be there, and of the version that the CDK asks for", async () => {
    expect(await found({ bootstrapVersion: async () => null })).toEqual([
      "stops: eu-central-1 was never bootstrapped, and the CDK needs version 6: run npx cdk bootstrap.",
    ]);
    expect(await found({ bootstrapVersion: async () => 5 })).toEqual([expect.stringContaining("has version 5")]);
  });
});

describe("the certificate", () => {
  it.each([
    [{ certificate: async () => null }, "There is no certificate arn:aws:acm:"],
    [{ certificate: async () => ({ status: "PENDING_VALIDATION", names: [domain.name] }) }, "is PENDING_VALIDATION"],
    [{ certificate: async () => ({ status: "ISSUED", names: ["example.com"] }) }, "is for example.com, and not for"],
    [{ certificate: async () => ({ status: "ISSUED", names: ["*.activity.example.com"] }) }, "and not for activity."],
    [{ region: async () => "us-west-2" }, "is in eu-central-1, and has to be in us-west-2"],
  ])("%j stops", async (account, reason) => {
    expect(await found(account, { domain })).toEqual([expect.stringMatching(new RegExp(`^stops: .*${reason}`))]);
  });

  it("may be a wildcard, and is in us-east-1 where there is an edge", async () => {
    const wildcard = { certificate: async () => ({ status: "ISSUED", names: ["*.example.com"] }) };
    expect(await found(wildcard, { domain })).toEqual([]);
    expect(await found(wildcard, { domain: fullStage.domain, edge: fullStage.edge })).toEqual([]);
    expect(await found(wildcard, { domain, edge: fullStage.edge })).toEqual([
      expect.stringContaining("is in eu-central-1, and has to be in us-east-1"),
    ]);
  });
});

describe("the hosted zone", () => {
  it.each([
    [async () => null, "There is no hosted zone Z0123456789 in this account"],
    [async () => ({ name: "example.org" }), "The hosted zone Z0123456789 is example.org, and not example.com"],
  ])("%j stops", async (hostedZone, reason) => {
    expect(await found({ hostedZone }, { domain })).toEqual([expect.stringContaining(`stops: ${reason}`)]);
  });

  it("has to hold the name", async () => {
    const other = { ...domain, name: "activity.example.net" };
    const certificate = async () => ({ status: "ISSUED", names: [other.name] });
    expect(await found({ certificate }, { domain: other })).toEqual([
      "stops: activity.example.net is not in the hosted zone example.com.",
    ]);
  });
});

describe("AWS Backup", () => {
  const notOptedIn = { backupSettings: async () => ({ optedIn: false, isManaged: false }) };

  it("has to back up tables, where the stage wants copies", async () => {
    expect(await found(notOptedIn)).toEqual([expect.stringContaining("stops: AWS Backup backs up no tables")]);
    expect(await found(notOptedIn, { backup: null })).toEqual([]);
  });

  it("that has no cold storage for them only costs more", async () => {
    const found1 = await found({ backupSettings: async () => ({ optedIn: true, isManaged: false }) });
    expect(found1).toEqual([expect.stringContaining("note: AWS Backup moves no copies of tables to cold storage")]);
  });
});

describe("the stack", () => {
  it.each([
    ["CREATE_IN_PROGRESS", true, "wait until that has ended"],
    ["ROLLBACK_COMPLETE", true, "has to be deleted: aws cloudformation update-termination-protection"],
    ["ROLLBACK_FAILED", true, "has to be deleted"],
    ["UPDATE_ROLLBACK_FAILED", true, "continue-update-rollback"],
    ["DELETE_FAILED", false, "delete-stack --stack-name activity-log-prod again"],
  ])("%s stops, and says the way out", async (status, isProtected, way) => {
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
  ])("%s does not", async (status, isProtected) => {
    expect(await found({ stack: async () => ({ status, isProtected }) })).toEqual([]);
  });
});

describe("what an earlier stack left behind", () => {
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

  it("stops production, names it, and gives the mapping that adopts it", async () => {
    const [finding, ...others] = await found({ tagged: async () => left });
    expect(others).toEqual([]);
    expect(finding).toContain("stops: An earlier activity-log-prod left 1 resources with data behind");
    expect(finding).toContain(`  ${table}`);
    expect(finding).toContain('{"EventLogTable0F3C":{"TableName":"activity-log-prod-EventLogTable-1"}}');
    expect(finding).not.toContain("elsewhere");
  });

  it("is a note for a stage that is not in production, and none where the stack is there", async () => {
    expect(await found({ tagged: async () => left }, { isProduction: false })).toEqual([
      expect.stringMatching(/^note: /),
    ]);
    const stack = async () => ({ status: "UPDATE_COMPLETE", isProtected: true });
    expect(await found({ tagged: async () => left, stack })).toEqual([]);
  });
});

it("what cannot be looked at stops nothing, and is said", async () => {
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
