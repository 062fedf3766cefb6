import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, inject } from "vitest";
import { emptyDatabase, patientRequests } from "#test/support/dynamodb/shared-dynamodb.ts";

export const ledgerTables = { ledger: "ledger", config: "config" } as const;

/** Creates an empty database for one test file, with only the tables that the sequencer needs. */
export async function createLedgerTables(): Promise<DynamoDBClient> {
  const { origin, accessKey } = emptyDatabase(inject("dynamodb"));
  const client = new DynamoDBClient({
    endpoint: origin,
    region: "us-east-1",
    credentials: { accessKeyId: accessKey, secretAccessKey: "test" },
    requestHandler: patientRequests,
  });
  afterAll(() => client.destroy());
  const sortKeys = { [ledgerTables.ledger]: "N", [ledgerTables.config]: "S" } as const;
  for (const [TableName, AttributeType] of Object.entries(sortKeys)) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      }),
    );
  }
  return client;
}
