import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { stageNames } from "#infra/config.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { inWords, plainId, templateOf } from "#test/support/infra/template.ts";

type Resource = {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
};

const templates: [string, Template][] = [
  ...stageNames.map((name): [string, Template] => [name, templateOf(name)]),
  ["prod with everything", templateOf("prod", fullStage)],
  ["dev with a domain and no edge", templateOf("dev", { ...fullStage, edge: null })],
];

function resourcesOf(template: Template): [string, Resource][] {
  const { Resources }: { Resources?: Record<string, Resource> } = template.toJSON();
  return Object.entries(Resources ?? {});
}

function retained(template: Template): [string, Resource][] {
  return resourcesOf(template).filter(([, { DeletionPolicy = "Delete" }]) => DeletionPolicy !== "Delete");
}

/** Properties by which CloudFormation names a resource of the account. */
const naming = /^(?:[A-Z][A-Za-z]*)?Name$/;

describe.each(templates)("retained resources of %s", (_, template) => {
  it("have names that a new stack does not reuse", () => {
    const names = retained(template).flatMap(([id, { Properties = {} }]) =>
      Object.entries(Properties)
        .filter(([property]) => naming.test(property))
        .map(([property, value]) => [plainId(id), property, JSON.stringify(value)] as const),
    );
    for (const [id, property, value] of names) expect(value, `${id}.${property}`).toContain("AWS::StackId");
  });

  it("with deletion protection have the policy Retain", () => {
    const isProtected = ({ Properties = {} }: Resource) =>
      JSON.stringify(Properties).includes('"DeletionProtectionEnabled":true');
    const kept = resourcesOf(template).filter(([, resource]) => isProtected(resource));
    expect(kept.length).toBeGreaterThanOrEqual(5);
    for (const [id, { DeletionPolicy }] of kept) expect([id, DeletionPolicy]).toEqual([id, "Retain"]);
  });

  it("without deletion protection have the policy RetainExceptOnCreate", () => {
    const others = retained(template).filter(([, { DeletionPolicy }]) => DeletionPolicy !== "Retain");
    expect(new Set(others.map(([, { DeletionPolicy }]) => DeletionPolicy))).toEqual(new Set(["RetainExceptOnCreate"]));
    const protectedTypes = ["AWS::DynamoDB::GlobalTable", "AWS::Logs::LogGroup"];
    for (const [id, { Type, DeletionPolicy }] of retained(template)) {
      if (DeletionPolicy === "Retain") expect([id, protectedTypes]).toEqual([id, expect.arrayContaining([Type])]);
    }
  });

  it("include exactly the queues whose messages exist nowhere else", () => {
    const queues = resourcesOf(template).filter(([, { Type }]) => Type === "AWS::SQS::Queue");
    const kept = queues.filter(([, { DeletionPolicy = "Delete" }]) => DeletionPolicy !== "Delete");
    expect(kept.map(([id]) => plainId(id)).sort()).toEqual([
      "AnchorsDeadLetters",
      "AuditDeadLetters",
      "IngestDeadLetters",
      "IngestQueue",
      "IngestRejected",
      "SequencerDeadLetters",
      "WebhooksFanOutDeadLetters",
    ]);
  });

  it("can be imported without other resources", () => {
    const adopted = retained(template).filter(([, { Type }]) => Type !== "AWS::Backup::BackupVault");
    const ids = new Set(adopted.map(([id]) => id));
    for (const [id, { Properties }] of adopted) {
      expect([id, references(Properties).filter((one) => !one.startsWith("AWS::") && !ids.has(one))]).toEqual([id, []]);
    }
  });
});

/** The names that a value of a template refers to. */
function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if ("Ref" in value) return [String(value.Ref)];
  if ("Fn::GetAtt" in value && Array.isArray(value["Fn::GetAtt"])) return [String(value["Fn::GetAtt"][0])];
  return Object.values(value).flatMap(references);
}

it("include a vault with a valid name for AWS Backup", () => {
  const [vault] = Object.values(templateOf("prod").findResources("AWS::Backup::BackupVault"));
  const id =
    "arn:aws:cloudformation:eu-central-1:123456789012:stack/activity-log-prod/12345678-90ab-cdef-1234-567890abcdef";
  const [separator, [prefix]] = vault?.Properties.BackupVaultName["Fn::Join"] ?? [];
  expect(inWords(prefix)).toBe("activity-log");
  expect(`${prefix}${separator}${id.split("/")[2]}`).toMatch(/^[a-zA-Z0-9_-]{2,50}$/);
});
