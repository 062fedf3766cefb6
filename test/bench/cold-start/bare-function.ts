import { bundling } from "#infra/constructs/bundle.ts";
import { startBytes } from "#test/support/infra/bundle-start.ts";
import { bundleSource } from "./bundle-source.ts";

/** The baseline of the read function: the bare DynamoDB client, and one Query. */
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

/** Bundles the baseline into one file, and returns its path. */
export function bundleBareFunction(): string {
  return bundleSource(source, bundling).file;
}

/** Returns the bytes that its start reads if it is split like the functions. */
export function bareStartBytes(): number {
  return startBytes(bundleSource(source, { ...bundling, splitting: true }).metafile);
}
