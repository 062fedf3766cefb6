import { describe, expect, it } from "vitest";
import { stageNames } from "#infra/config.ts";
import { leadingKeys } from "#infra/constructs/dynamodb-key-conditions.ts";
import { permissionsOf } from "#test/support/infra/policies.ts";
import { plainId, templateOf } from "#test/support/infra/template.ts";

const introduction = `# What each function may do

Made from the template. A difference fails the test: read it, and when it is meant, renew this page with
\`npx vitest run test/infra/permissions/permissions.test.ts --update\`.
`;

/** A table in Markdown, with its columns in line. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

describe.each(stageNames)("permissions of %s", (stage) => {
  const template = templateOf(stage);
  const permissions = permissionsOf(template);

  it("match the table in permissions.md", async () => {
    const rows = permissions.map(({ fn, action, resource, condition }) => [fn, action, resource, condition]);
    const page = `${introduction}\n${table([["function", "action", "resource", "condition"], ...rows])}\n`;
    await expect(page).toMatchFileSnapshot("permissions.md");
  });

  it("have no wildcard in actions or resources", () => {
    for (const { action, resource } of permissions) {
      expect(action).not.toContain("*");
      expect(resource).not.toContain("*");
    }
  });

  it("include no AWS-managed policy", () => {
    expect(permissions.filter(({ action }) => action.startsWith("managed policy"))).toEqual([]);
  });

  it("allow each function its own log, the sender also the access log, and only the audit function the log of events", () => {
    const logs = permissions.filter(({ action }) => action.startsWith("logs:"));
    expect(new Set(logs.map(({ action }) => action))).toEqual(new Set(["logs:CreateLogStream", "logs:PutLogEvents"]));
    const groupsOf = Map.groupBy(logs, ({ fn }) => fn);
    for (const [fn, own] of groupsOf) {
      const groups = new Set(own.map(({ resource }) => resource));
      expect(groups.size, fn).toBe(["AuditFunction", "WebhooksSenderFunction"].includes(fn) ? 2 : 1);
      expect(groups.has("AuditLogsEvents"), fn).toBe(fn === "AuditFunction");
    }
  });

  it("allow no function to update or delete events", () => {
    const onEvents = permissions.filter(({ resource }) => resource.startsWith("EventLogTable"));
    const reading = [
      "Query",
      "GetItem",
      "BatchGetItem",
      "DescribeStream",
      "GetRecords",
      "GetShardIterator",
      "ListStreams",
    ];
    expect(new Set(onEvents.map(({ action }) => action))).toEqual(
      new Set(["PutItem", ...reading].map((action) => `dynamodb:${action}`)),
    );
    expect(permissions.filter(({ resource }) => resource === "*")).toEqual([]);
  });

  it("allow only the write path to append without a transaction, and not to read", () => {
    const may = (action: string) =>
      permissions.filter((one) => one.action === action && one.resource.startsWith("EventLogTable"));
    const inTransaction = JSON.stringify({
      "ForAnyValue:StringEquals": { "dynamodb:EnclosingOperation": ["TransactWriteItems"] },
    });
    expect(Object.fromEntries(may("dynamodb:PutItem").map(({ fn, condition }) => [fn, condition]))).toEqual({
      AuthAdmin: inTransaction,
      IngestFunction: "",
      WebhooksApi: inTransaction,
      WebhooksSenderFunction: inTransaction,
    });
    expect(may("dynamodb:Query").map(({ fn }) => fn)).not.toContain("IngestFunction");
  });

  it("compare the enclosing operation with ForAnyValue, and require the key in every ForAllValues condition", () => {
    const conditions = permissions.map(({ condition }) => condition).filter((condition) => condition !== "");
    const around = conditions.filter((condition) => condition.includes("dynamodb:EnclosingOperation"));
    expect(around.length).toBeGreaterThan(0);
    for (const condition of around) expect(Object.keys(JSON.parse(condition))).toEqual(["ForAnyValue:StringEquals"]);
    const overAll = conditions.filter((condition) => condition.includes("ForAllValues:"));
    expect(overAll.length).toBeGreaterThan(0);
    for (const condition of overAll) expect(JSON.parse(condition)).toHaveProperty("Null");
  });

  it("allow listing sharded organisations to functions that read indexes, append from the queue, or audit", () => {
    const readers = permissions.filter(({ resource }) => resource.startsWith("EventLogTable/index/"));
    const condition = JSON.stringify(leadingKeys("sharded_orgs"));
    const knowing = permissions.filter((one) => one.action === "dynamodb:Query" && one.condition === condition);
    expect(new Set(knowing.map(({ fn }) => fn))).toEqual(
      new Set(["IngestFunction", "AuditFunction", ...readers.map(({ fn }) => fn)]),
    );
  });

  it("allow data keys only to the webhooks API and, for decryption, to the sender, with the context of one organisation", () => {
    const mayUseKey = permissions.filter(({ resource }) => resource === "WebhooksSecrets");
    expect(mayUseKey.map(({ fn, action, resource }) => [fn, action, resource])).toEqual([
      ["WebhooksApi", "kms:Decrypt", "WebhooksSecrets"],
      ["WebhooksApi", "kms:GenerateDataKeyWithoutPlaintext", "WebhooksSecrets"],
      ["WebhooksSenderFunction", "kms:Decrypt", "WebhooksSecrets"],
    ]);
    for (const { condition } of mayUseKey) {
      expect(JSON.parse(condition)).toEqual({
        "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["org_id"] },
        Null: { "kms:EncryptionContext:org_id": "false" },
      });
    }
  });

  it("allow the keys of viewer tokens to be created by administrators, and used by the function that issues them", () => {
    const mayUseKey = permissions.filter(({ resource }) => resource === "AuthViewerKeys");
    expect(mayUseKey.map(({ fn, action }) => [fn, action])).toEqual([
      ["AuthAdmin", "kms:Encrypt"],
      ["AuthViewerTokens", "kms:Decrypt"],
    ]);
    for (const { condition } of mayUseKey) {
      expect(JSON.parse(condition)).toMatchObject({
        "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["purpose", "key_id"] },
        StringEquals: { "kms:EncryptionContext:purpose": "viewer_tokens" },
      });
    }
    const others = permissions.filter(
      ({ action, resource }) => action.startsWith("kms:") && !resource.startsWith("Auth"),
    );
    expect(new Set(others.map(({ resource }) => resource))).toEqual(
      new Set(["ProofsSigningKeysFirst", "WebhooksSecrets"]),
    );
  });

  it("allow only the functions that make proofs and anchors to sign, by pure Ed25519", () => {
    const maySign = permissions.filter(
      ({ action, resource }) => action === "kms:Sign" || resource === "ProofsSigningKeysFirst",
    );
    expect(maySign.map(({ fn, action, resource }) => [fn, action, resource])).toEqual([
      ["AnchorsApi", "kms:GetPublicKey", "ProofsSigningKeysFirst"],
      ["AnchorsFunction", "kms:GetPublicKey", "ProofsSigningKeysFirst"],
      ["AnchorsFunction", "kms:Sign", "ProofsSigningKeysFirst"],
      ["ProofsFunction", "kms:GetPublicKey", "ProofsSigningKeysFirst"],
      ["ProofsFunction", "kms:Sign", "ProofsSigningKeysFirst"],
    ]);
    for (const { condition } of maySign.filter(({ action }) => action === "kms:Sign")) {
      expect(JSON.parse(condition)).toEqual({
        StringEquals: { "kms:SigningAlgorithm": "ED25519_SHA_512", "kms:MessageType": "RAW" },
      });
    }
  });

  it("allow roles to be assumed only by Lambda and AWS Backup", () => {
    for (const [id, { Properties }] of Object.entries(template.findResources("AWS::IAM::Role"))) {
      if (stage === "prod" && plainId(id) === "BackupPlanTablesRole") continue;
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" } },
      ]);
    }
  });
});
