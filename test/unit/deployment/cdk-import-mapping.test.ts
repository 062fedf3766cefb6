import { expect, it } from "vitest";
import { toImportMapping } from "#infra/deployment/cdk-import-mapping.ts";

const tagged = (arn: string, logicalId: string) => ({ arn, tags: { "aws:cloudformation:logical-id": logicalId } });

it("toImportMapping returns the property by which CloudFormation imports each type", () => {
  expect(
    toImportMapping([
      tagged("arn:aws:dynamodb:eu-central-1:1:table/log-EventLogTable-X", "EventLogTable1"),
      tagged("arn:aws:logs:eu-central-1:1:log-group:log-AuditLogsEvents-X", "AuditLogsEvents1"),
      tagged("arn:aws:logs:eu-central-1:1:log-group:log-AuditLogsAccess-X:*", "AuditLogsAccess1"),
      tagged("arn:aws:s3:::log-archivebucket-x", "ArchiveBucket1"),
      tagged("arn:aws:kms:eu-central-1:1:key/0-1-2", "AuditLogsKey1"),
      tagged("arn:aws:sqs:eu-central-1:1:log-IngestQueue-X", "IngestQueue1"),
    ]),
  ).toEqual({
    EventLogTable1: { TableName: "log-EventLogTable-X" },
    AuditLogsEvents1: { LogGroupName: "log-AuditLogsEvents-X" },
    AuditLogsAccess1: { LogGroupName: "log-AuditLogsAccess-X" },
    ArchiveBucket1: { BucketName: "log-archivebucket-x" },
    AuditLogsKey1: { KeyId: "0-1-2" },
    IngestQueue1: { QueueUrl: "https://sqs.eu-central-1.amazonaws.com/1/log-IngestQueue-X" },
  });
});

it("toImportMapping leaves out resources without logical id, of other types, or named after the deleted stack", () => {
  expect(
    toImportMapping([
      { arn: "arn:aws:dynamodb:eu-central-1:1:table/t", tags: {} },
      tagged("arn:aws:dynamodb:eu-central-1:1:table/t/stream/x", "Stream"),
      tagged("arn:aws:backup:eu-central-1:1:backup-vault:v", "Vault"),
      tagged("arn:aws:logs:eu-central-1:1:log-group:/aws/vendedlogs/apis/activity-log-1", "AccessLog"),
    ]),
  ).toEqual({});
});
