import * as z from "zod";
import type { Access, Region } from "./access.ts";

const OneTable = z.object({ TableName: z.string().optional(), IndexName: z.string().optional() });
const ManyTables = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const Target = z.object({ TableName: z.string() });
const Transaction = z.object({ TransactItems: z.array(z.record(z.string(), Target)) });
const Statement = z.object({ Statement: z.string() });
const Statements = z.union([
  z.object({ Statements: z.array(Statement) }).transform(({ Statements }) => Statements),
  z.object({ TransactStatements: z.array(Statement) }).transform(({ TransactStatements }) => TransactStatements),
  Statement.transform((statement) => [statement]),
]);
const Stream = z.object({ StreamArn: z.string().optional(), ShardIterator: z.string().optional() });

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

/** The permissions that a DynamoDB request needs, as the service authorization reference lists them. */
export function dynamoDbAccess(operation: string, body: unknown, where: Region): Access[] {
  const tableArn = (name: string) =>
    name.startsWith("arn:") ? name : `arn:aws:dynamodb:${where.region}:${where.account}:table/${name}`;

  switch (operation) {
    case "BatchGetItem":
    case "BatchWriteItem":
      return Object.keys(ManyTables.parse(body).RequestItems).map((table) => ({
        action: `dynamodb:${operation}`,
        resource: tableArn(table),
      }));
    case "TransactGetItems":
    case "TransactWriteItems":
      return Transaction.parse(body).TransactItems.flatMap((item) =>
        Object.entries(item).map(([kind, { TableName }]) => ({
          action: `dynamodb:${transactionActions[kind] ?? kind}`,
          resource: tableArn(TableName),
          context: { "dynamodb:EnclosingOperation": operation },
        })),
      );
    case "ExecuteStatement":
    case "BatchExecuteStatement":
    case "ExecuteTransaction":
      return Statements.parse(body).map((statement) => partiqlAccess(statement.Statement, tableArn));
    default: {
      const { TableName, IndexName } = OneTable.parse(body);
      const index = IndexName === undefined ? "" : `/index/${IndexName}`;
      const resource = TableName === undefined ? "*" : `${tableArn(TableName)}${index}`;
      return [{ action: `dynamodb:${operation}`, resource }];
    }
  }
}

/** The permissions that a DynamoDB Streams request needs; shard iterators of the engine name their stream. */
export function streamAccess(operation: string, body: unknown): Access[] {
  const { StreamArn, ShardIterator } = Stream.parse(body);
  const resource = StreamArn ?? ShardIterator?.split("|").find((part) => part.startsWith("arn:")) ?? "*";
  return [{ action: `dynamodb:${operation}`, resource }];
}

function partiqlAccess(statement: string, tableArn: (name: string) => string): Access {
  const verb = /^\s*(\w+)/.exec(statement)?.[1]?.toUpperCase() ?? "";
  const [, table, index] = /(?:FROM|INTO|UPDATE)\s+"?([\w.-]+?)"?(?:\."([\w.-]+)")?(?:\s|$)/i.exec(statement) ?? [];
  const action = partiqlActions[verb];
  if (action === undefined || table === undefined) throw new Error(`Not a PartiQL statement: ${statement}`);
  return { action: `dynamodb:${action}`, resource: tableArn(table) + (index === undefined ? "" : `/index/${index}`) };
}
