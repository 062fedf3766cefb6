import * as z from "zod";
import type { AwsEnvironment } from "#infra/local/aws-environment.ts";
import { leadingKeys } from "./leading-keys.ts";
import { namedAttributes } from "./named-attributes.ts";
import type { RequiredPermission } from "./required-permission.ts";

const oneTableSchema = z.object({ TableName: z.string().optional(), IndexName: z.string().optional() });
const batchOfGetsSchema = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const batchOfWritesSchema = z.object({
  RequestItems: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
});
const targetSchema = z.looseObject({ TableName: z.string() });
const transactionSchema = z.object({ TransactItems: z.array(z.record(z.string(), targetSchema)) });
const statementSchema = z.object({ Statement: z.string() });
const statementsSchema = z.union([
  z.object({ Statements: z.array(statementSchema) }).transform(({ Statements }) => Statements),
  z.object({ TransactStatements: z.array(statementSchema) }).transform(({ TransactStatements }) => TransactStatements),
  statementSchema.transform((statement) => [statement]),
]);
const streamSchema = z.object({ StreamArn: z.string().optional(), ShardIterator: z.string().optional() });

const transactionActions: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

const partiqlActions: Readonly<Record<string, string>> = {
  SELECT: "PartiQLSelect",
  INSERT: "PartiQLInsert",
  UPDATE: "PartiQLUpdate",
  DELETE: "PartiQLDelete",
};

/** The location of the tables, and the partition key of each, by table name. */
type Tables = AwsEnvironment & {
  readonly partitionKeys: ReadonlyMap<string, string>;
};

/** The permissions that a DynamoDB request needs, as the service authorization reference lists them. */
export function dynamoDbPermissions(operation: string, body: unknown, awsEnvironment: Tables): RequiredPermission[] {
  const tableArn = (name: string) =>
    name.startsWith("arn:")
      ? name
      : `arn:aws:dynamodb:${awsEnvironment.region}:${awsEnvironment.account}:table/${name}`;

  function itemAccess(
    operation: string,
    table: string,
    requests: readonly unknown[],
    context = {},
  ): RequiredPermission {
    const partitionKey = awsEnvironment.partitionKeys.get(table.slice(table.lastIndexOf("/") + 1));
    const attributes = [...new Set(requests.flatMap(namedAttributes))].sort();
    const keys = partitionKey === undefined ? [] : requests.flatMap((request) => leadingKeys(request, partitionKey));
    return {
      action: `dynamodb:${operation}`,
      resource: tableArn(table),
      context: {
        ...context,
        ...(keys.length > 0 && { "dynamodb:LeadingKeys": keys }),
        ...(attributes.length > 0 && { "dynamodb:Attributes": attributes }),
      },
    };
  }

  switch (operation) {
    case "BatchGetItem":
      return Object.entries(batchOfGetsSchema.parse(body).RequestItems).map(([table, request]) =>
        itemAccess(operation, table, [request]),
      );
    case "BatchWriteItem":
      return Object.entries(batchOfWritesSchema.parse(body).RequestItems).map(([table, requests]) =>
        itemAccess(operation, table, requests.flatMap(Object.values)),
      );
    case "TransactGetItems":
    case "TransactWriteItems":
      return transactionSchema.parse(body).TransactItems.flatMap((item) =>
        Object.entries(item).map(([kind, request]) =>
          itemAccess(transactionActions[kind] ?? kind, request.TableName, [request], {
            "dynamodb:EnclosingOperation": operation,
          }),
        ),
      );
    case "ExecuteStatement":
    case "BatchExecuteStatement":
    case "ExecuteTransaction":
      return statementsSchema.parse(body).map((statement) => partiqlAccess(statement.Statement, tableArn));
    default: {
      const { TableName, IndexName } = oneTableSchema.parse(body);
      if (TableName === undefined) return [{ action: `dynamodb:${operation}`, resource: "*" }];
      const access = itemAccess(operation, TableName, [body]);
      return [IndexName === undefined ? access : { ...access, resource: `${access.resource}/index/${IndexName}` }];
    }
  }
}

/** The permissions that a DynamoDB Streams request needs; shard iterators of the engine name their stream. */
export function dynamoDbStreamsPermissions(operation: string, body: unknown): RequiredPermission[] {
  const { StreamArn, ShardIterator } = streamSchema.parse(body);
  const resource = StreamArn ?? ShardIterator?.split("|").find((part) => part.startsWith("arn:")) ?? "*";
  return [{ action: `dynamodb:${operation}`, resource }];
}

function partiqlAccess(statement: string, tableArn: (name: string) => string): RequiredPermission {
  const verb = /^\s*(\w+)/.exec(statement)?.[1]?.toUpperCase() ?? "";
  const [, table, index] = /(?:FROM|INTO|UPDATE)\s+"?([\w.-]+?)"?(?:\."([\w.-]+)")?(?:\s|$)/i.exec(statement) ?? [];
  const action = partiqlActions[verb];
  if (action === undefined || table === undefined) throw new Error(`Not a PartiQL statement: ${statement}`);
  return { action: `dynamodb:${action}`, resource: tableArn(table) + (index === undefined ? "" : `/index/${index}`) };
}
