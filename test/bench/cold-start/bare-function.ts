import { bundling } from "#infra/constructs/bundle.ts";
import { startBytes } from "#test/support/infra/bundle-start.ts";
import { bundleSource } from "./bundle-source.ts";

/** What the read function is held against: the DynamoDB client as it comes, and one Query. */
const source = `
import { DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
const client = new DynamoDBClient({});
export const handler = ({ org, limit }) => client.send(new QueryCommand({
  TableName: process.env.EVENTS_TABLE,
  IndexName: "by_time",
  KeyConditionExpression: "#org = :org AND #shard = :shard",
  ExpressionAttributeNames: { "#org": "org_id", "#shard": "shard" },
  ExpressionAttributeValues: { ":org": { S: org }, ":shard": { S: "0" } },
  ScanIndexForward: false,
  Limit: limit,
}));
`;

/** Bundles it into one file with all that it comes with, and gives that. */
export function bundleBareFunction(): string {
  return bundleSource(source, bundling).file;
}

/** Bytes that its start reads where it is split as functions are. */
export function bareStartBytes(): number {
  return startBytes(bundleSource(source, { ...bundling, splitting: true }).metafile);
}
