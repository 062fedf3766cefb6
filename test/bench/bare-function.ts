import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { bundling } from "../../infra/parts/bundle.ts";
import { startBytes } from "../support/bundle-start.ts";

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

const stdin = { contents: source, resolveDir: import.meta.dirname };

/** Bundles it into one file with all that it comes with, and gives that. */
export function bundleBareFunction(): string {
  const outdir = mkdtempSync(join(tmpdir(), "activity-log-bench-"));
  buildSync({ ...bundling, stdin, outdir, entryNames: "index" });
  return join(outdir, "index.mjs");
}

/** Bytes that its start reads where it is split as functions are. */
export function bareStartBytes(): number {
  const { metafile } = buildSync({
    ...bundling,
    splitting: true,
    stdin,
    outdir: ".",
    entryNames: "index",
    write: false,
  });
  return startBytes(metafile);
}
