import { describe, expect, it } from "vitest";
import { dynamoDbPermissions, dynamoDbStreamsPermissions } from "#infra/local/iam/permissions/dynamodb-permissions.ts";
import { sqsPermissions } from "#infra/local/iam/permissions/sqs-permissions.ts";

const partitionKeys = new Map([
  ["T", "pk"],
  ["U", "id"],
]);
const where = { account: "1", region: "eu-west-1", partitionKeys };
const table = "arn:aws:dynamodb:eu-west-1:1:table/T";
const TransactItems = [{ Put: { TableName: "T" } }, { ConditionCheck: { TableName: "U" } }];

describe("required permissions of a request", () => {
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
    const accesses = dynamoDbPermissions(operation, body, where);
    expect(accesses.map(({ action, resource }) => `${action} ${resource}`)).toEqual(
      expected.map((access) => `dynamodb:${access}`),
    );
  });

  it("includes the enclosing transaction of an item", () => {
    const [put] = dynamoDbPermissions("TransactWriteItems", { TransactItems }, where);
    expect(put?.context).toEqual({ "dynamodb:EnclosingOperation": "TransactWriteItems" });
  });

  const item = (value: string) => ({ pk: { S: value }, id: { S: `id of ${value}` } });
  const names = { "#pk": "pk", "#sk": "sk" };
  const values = { ":a": { S: "a" }, ":b": { N: "7" } };

  it.each([
    ["PutItem", { TableName: "T", Item: item("a") }, [["a"]]],
    ["PutItem", { TableName: table, Item: { pk: { B: "YQ==" } } }, [["YQ=="]]],
    ["UpdateItem", { TableName: "T", Key: item("a") }, [["a"]]],
    ["GetItem", { TableName: "unknown", Key: item("a") }, [undefined]],
    ["Scan", { TableName: "T" }, [undefined]],
    ["Query", queryOf("pk = :a AND begins_with(sk, :b)"), [["a"]]],
    ["Query", queryOf("(#sk = :a) AND (#pk=:b)"), [["7"]]],
    ["Query", { ...queryOf("pk = :a"), IndexName: "by_time" }, [undefined]],
    [
      "BatchGetItem",
      { RequestItems: { T: { Keys: [item("a"), item("b")] }, U: { Keys: [item("c")] } } },
      [["a", "b"], ["id of c"]],
    ],
    [
      "BatchWriteItem",
      { RequestItems: { T: [{ PutRequest: { Item: item("a") } }, { DeleteRequest: { Key: item("b") } }] } },
      [["a", "b"]],
    ],
    [
      "TransactWriteItems",
      { TransactItems: [{ Put: { TableName: "T", Item: item("a") } }, { Delete: { TableName: "U", Key: item("b") } }] },
      [["a"], ["id of b"]],
    ],
  ])("%s %j includes the partition keys %j", (operation, body, expected) => {
    const accesses = dynamoDbPermissions(operation, body, where);
    expect(accesses.map(({ context }) => context?.["dynamodb:LeadingKeys"])).toEqual(expected);
  });

  it.each([
    ["PutItem", { Item: { pk: { S: "a" }, "odd name": { S: "b" } } }, ["odd name", "pk"]],
    ["GetItem", { Key: { pk: { S: "a" } }, ProjectionExpression: "a.b[0].c, #n" }, ["a", "named", "pk"]],
    ["GetItem", { Key: { pk: { S: "a" } }, AttributesToGet: ["plain"] }, ["pk", "plain"]],
    [
      "UpdateItem",
      { Key: { pk: { S: "a" } }, AttributeUpdates: { old: {} }, Expected: { was: {} } },
      ["old", "pk", "was"],
    ],
    [
      "UpdateItem",
      {
        Key: { pk: { S: "a" }, sk: { S: "b" } },
        ConditionExpression: "attribute_exists(pk) AND (attribute_not_exists(#n.#m) OR NOT until BETWEEN :a AND :b)",
        UpdateExpression: "SET list[1] = :a, kept = if_not_exists(kept, :b) REMOVE gone ADD n :a DELETE some :b",
      },
      ["gone", "kept", "list", "n", "named", "pk", "sk", "some", "until"],
    ],
    [
      "Query",
      { KeyConditionExpression: "pk = :a AND begins_with(sk, :b)", FilterExpression: "size(x) > :a" },
      ["pk", "sk", "x"],
    ],
    ["Scan", {}, undefined],
  ])("%s %j includes the attributes %j", (operation, body, expected) => {
    const ExpressionAttributeNames = { "#n": "named", "#m": "nested" };
    const [access] = dynamoDbPermissions(operation, { TableName: "T", ExpressionAttributeNames, ...body }, where);
    expect(access?.context?.["dynamodb:Attributes"]).toEqual(expected);
  });

  function queryOf(KeyConditionExpression: string) {
    return {
      TableName: "T",
      KeyConditionExpression,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    };
  }

  it("resolves the stream of a shard iterator", () => {
    const stream = `${table}/stream/2026-05-11T00:00:00.000`;
    expect(dynamoDbStreamsPermissions("GetRecords", { ShardIterator: `${stream}|001|abc` })).toEqual([
      { action: "dynamodb:GetRecords", resource: stream },
    ]);
  });

  it.each([
    ["SendMessageBatch", { QueueUrl: "http://127.0.0.1:1/1/q" }, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:q"],
    ["ReceiveMessage", { QueueUrl: "http://127.0.0.1:1/1/q" }, "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:1:q"],
    ["GetQueueUrl", { QueueName: "q" }, "sqs:GetQueueUrl", "arn:aws:sqs:eu-west-1:1:q"],
    ["ListQueues", {}, "sqs:ListQueues", "*"],
  ])("%s %j", (operation, body, action, resource) => {
    expect(sqsPermissions(operation, body, where)).toEqual([{ action, resource }]);
  });
});
