import { describe, expect, it } from "vitest";
import { dynamoDbAccess, streamAccess } from "../../../infra/local/gate/dynamodb-access.ts";
import { sqsAccess } from "../../../infra/local/gate/sqs-access.ts";

const where = { account: "1", region: "eu-west-1" };
const table = "arn:aws:dynamodb:eu-west-1:1:table/T";
const TransactItems = [{ Put: { TableName: "T" } }, { ConditionCheck: { TableName: "U" } }];

describe("what a request needs permission for", () => {
  it.each([
    ["PutItem", { TableName: "T" }, [`PutItem ${table}`]],
    ["Query", { TableName: "T", IndexName: "by_time" }, [`Query ${table}/index/by_time`]],
    ["Scan", { TableName: table }, [`Scan ${table}`]],
    ["ListTables", {}, ["ListTables *"]],
    [
      "BatchWriteItem",
      { RequestItems: { T: [], U: [] } },
      [`BatchWriteItem ${table}`, `BatchWriteItem ${table.replace(/T$/, "U")}`],
    ],
    ["TransactWriteItems", { TransactItems }, [`PutItem ${table}`, `ConditionCheckItem ${table.replace(/T$/, "U")}`]],
    ["TransactGetItems", { TransactItems: [{ Get: { TableName: "T" } }] }, [`GetItem ${table}`]],
    ["ExecuteStatement", { Statement: 'DELETE FROM "T" WHERE a=1' }, [`PartiQLDelete ${table}`]],
    ["ExecuteStatement", { Statement: "update T set a=1 where b=2" }, [`PartiQLUpdate ${table}`]],
    [
      "ExecuteTransaction",
      { TransactStatements: [{ Statement: 'SELECT * FROM "T"."by_time"' }] },
      [`PartiQLSelect ${table}/index/by_time`],
    ],
  ])("%s %j", (operation, body, expected) => {
    const accesses = dynamoDbAccess(operation, body, where);
    expect(accesses.map(({ action, resource }) => `${action} ${resource}`)).toEqual(
      expected.map((access) => `dynamodb:${access}`),
    );
  });

  it("names the transaction around an item, for policies that ask", () => {
    const [put] = dynamoDbAccess("TransactWriteItems", { TransactItems }, where);
    expect(put?.context).toEqual({ "dynamodb:EnclosingOperation": "TransactWriteItems" });
  });

  it("finds the stream in a shard iterator", () => {
    const stream = `${table}/stream/2026-05-11T00:00:00.000`;
    expect(streamAccess("GetRecords", { ShardIterator: `${stream}|001|abc` })).toEqual([
      { action: "dynamodb:GetRecords", resource: stream },
    ]);
  });

  it.each([
    ["SendMessageBatch", { QueueUrl: "http://127.0.0.1:1/1/q" }, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:q"],
    ["ReceiveMessage", { QueueUrl: "http://127.0.0.1:1/1/q" }, "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:1:q"],
    ["GetQueueUrl", { QueueName: "q" }, "sqs:GetQueueUrl", "arn:aws:sqs:eu-west-1:1:q"],
    ["ListQueues", {}, "sqs:ListQueues", "*"],
  ])("%s %j", (operation, body, action, resource) => {
    expect(sqsAccess(operation, body, where)).toEqual([{ action, resource }]);
  });
});
