import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { stageNames } from "#infra/config.ts";
import { plainId, templateOf } from "#test/support/infra/template.ts";

const key = (...names: string[]) => names.map((AttributeName) => ({ AttributeName, KeyType: "HASH" }));
const sort = (...names: string[]) => names.map((AttributeName) => ({ AttributeName, KeyType: "RANGE" }));

/**
 * The indexes of each table, oldest first. DynamoDB creates or deletes one in an update: append one here, and deploy every
 * stage before you append the next. See "To add an index" in CONTRIBUTING.md.
 */
const deployedIndexes = {
  AuthConfig: [],
  LedgerTable: [],
  EventLogTable: ["by_time", "by_type", "by_actor", "by_contact", "paid"],
  WebhooksDeliveriesTable: ["undelivered"],
};

describe.each(stageNames)("tables of %s", (stage) => {
  const template = templateOf(stage);
  const tables = Object.entries(template.findResources("AWS::DynamoDB::GlobalTable"));

  it("are four", () => expect(tables).toHaveLength(4));

  it.each(tables)(
    "%s has deletion protection, point-in-time recovery, encryption and the policy Retain",
    (_, table) => {
      expect(table).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
      expect(table.Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: "KMS" });
      for (const replica of table.Properties.Replicas) {
        expect(replica.DeletionProtectionEnabled).toBe(true);
        expect(replica.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      }
    },
  );

  it("have the committed indexes, in order", () => {
    const indexes = tables.map(([id, { Properties }]) => [
      plainId(id),
      (Properties.GlobalSecondaryIndexes ?? []).map(({ IndexName }: { IndexName: string }) => IndexName),
    ]);
    expect(Object.fromEntries(indexes)).toEqual(deployedIndexes);
  });

  it.each(tables)("%s is billed on demand", (_, { Properties }) => {
    expect(Properties.BillingMode).toBe("PAY_PER_REQUEST");
  });

  describe("events table", () => {
    const [, { Properties: events } = { Properties: undefined }] =
      tables.find(([id]) => id.startsWith("EventLog")) ?? [];

    it("has an index for each query, without derived attributes", () => {
      const indexes = events.GlobalSecondaryIndexes.map((index: { IndexName: string; KeySchema: unknown }) => [
        index.IndexName,
        index.KeySchema,
      ]);
      const byTime = sort("occurred_at", "event_id", "entity_id");
      expect(events.KeySchema).toEqual([...key("timeline"), ...sort("position")]);
      expect(Object.fromEntries(indexes)).toEqual({
        by_time: [...key("org_id", "shard"), ...byTime],
        by_type: [...key("org_id", "entity_type", "shard"), ...byTime],
        by_actor: [...key("org_id", "actor_user_id", "shard"), ...byTime],
        by_contact: [...key("org_id", "contact_id", "shard"), ...byTime],
        paid: [...key("org_id", "settled", "shard"), ...byTime],
      });
    });
  });

  it("ledger table has a numeric sort key, which orders the chunks of a log", () => {
    template.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
      KeySchema: [...key("pk"), ...sort("sk")],
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "N" },
      ],
    });
  });

  describe.each(["EventLogTable", "LedgerTable"])("append-only table %s", (name) => {
    const [, { Properties: table } = { Properties: undefined }] = tables.find(([id]) => plainId(id) === name) ?? [];

    it("denies all principals updates and deletions", () => {
      const [replica] = table.Replicas;
      const [statement] = replica.ResourcePolicy.PolicyDocument.Statement;
      expect(statement).toMatchObject({ Effect: "Deny", Principal: { AWS: "*" }, Resource: "*" });
      expect(statement).not.toHaveProperty("Condition");
      expect(statement.Action).toEqual(
        expect.arrayContaining([
          "dynamodb:UpdateItem",
          "dynamodb:DeleteItem",
          "dynamodb:BatchWriteItem",
          "dynamodb:PartiQLInsert",
          "dynamodb:PartiQLUpdate",
          "dynamodb:PartiQLDelete",
          "dynamodb:UpdateTimeToLive",
        ]),
      );
    });

    it("has no time to live", () => expect(table.TimeToLiveSpecification).toBeUndefined());

    it("streams new and old images, so that tampering shows", () => {
      expect(table.StreamSpecification).toEqual({ StreamViewType: "NEW_AND_OLD_IMAGES" });
    });
  });

  it("only the events table of prod has the class Standard-IA", () => {
    const classes = tables.map(([id, { Properties }]) => [
      plainId(id),
      Properties.Replicas.map(({ TableClass }: { TableClass?: string }) => TableClass ?? "STANDARD"),
    ]);
    expect(Object.fromEntries(classes)).toEqual({
      EventLogTable: [stage === "prod" ? "STANDARD_INFREQUENT_ACCESS" : "STANDARD"],
      LedgerTable: ["STANDARD"],
      AuthConfig: ["STANDARD"],
      WebhooksDeliveriesTable: ["STANDARD"],
    });
  });

  it("no table has warm throughput by default", () => {
    for (const [, { Properties }] of tables) expect(JSON.stringify(Properties)).not.toContain("WarmThroughput");
  });

  it("deliveries table has a time to live and the index of undelivered deliveries", () => {
    template.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
      GlobalSecondaryIndexes: [
        {
          IndexName: "undelivered",
          KeySchema: [...key("endpoint_id", "undelivered"), ...sort("delivery_id")],
          Projection: { ProjectionType: "ALL" },
        },
      ],
      TimeToLiveSpecification: { AttributeName: "expires_at_seconds", Enabled: true },
    });
  });

  it("config table has a time to live", () => {
    template.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
      KeySchema: [...key("pk"), ...sort("sk")],
      TimeToLiveSpecification: { AttributeName: "expires_at_seconds", Enabled: true },
      StreamSpecification: Match.absent(),
      GlobalSecondaryIndexes: Match.absent(),
    });
  });
});

it("warm throughput applies to the events table and each of its indexes", () => {
  const warmThroughput = { readUnitsPerSecond: 20_000, writeUnitsPerSecond: 10_000 };
  const WarmThroughput = { ReadUnitsPerSecond: 20_000, WriteUnitsPerSecond: 10_000 };
  const tables = templateOf("prod", { warmThroughput }).findResources("AWS::DynamoDB::GlobalTable");
  const [, events] = Object.entries(tables).find(([id]) => id.startsWith("EventLog")) ?? [];
  expect(events?.Properties.WarmThroughput).toEqual(WarmThroughput);
  expect(events?.Properties.GlobalSecondaryIndexes.length).toBeGreaterThan(0);
  for (const index of events?.Properties.GlobalSecondaryIndexes ?? []) {
    expect(index.WarmThroughput, index.IndexName).toEqual(WarmThroughput);
  }
  const others = Object.entries(tables).filter(([id]) => !id.startsWith("EventLog"));
  for (const [, table] of others) expect(table.Properties).not.toHaveProperty("WarmThroughput");
});
