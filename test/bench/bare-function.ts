import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { bundling } from "../../infra/parts/bundle.ts";

/** What the read function is held against: the DynamoDB client as it comes, and one Query. */
const source = `
import { DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
const client = new DynamoDBClient({});
export const handler = ({ org, limit }) => client.send(new QueryCommand({
  TableName: process.env.EVENTS_TABLE,
  IndexName: "by_time",
  KeyConditionExpression: "org_id = :org",
  ExpressionAttributeValues: { ":org": { S: org } },
  ScanIndexForward: false,
  Limit: limit,
}));
`;

/** Bundles it as every function is bundled, and gives the file. */
export function bundleBareFunction(): string {
  const file = join(mkdtempSync(join(tmpdir(), "activity-log-bench-")), "bare.mjs");
  buildSync({ ...bundling, stdin: { contents: source, resolveDir: import.meta.dirname }, outfile: file });
  return file;
}
