import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import type { Context, DynamoDBBatchResponse } from "aws-lambda";
import * as z from "zod";
import { bundle } from "#infra/constructs/bundle.ts";
import { getShardIterator, listShards } from "#infra/local/event-source-mappings/stream-shards.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { setEnvironment } from "#test/support/vitest/environment.ts";
import { fill } from "./bench-events.ts";
import type { BenchEngine } from "./engine.ts";
import { compareFigures, type Measure } from "./measure.ts";

/**
 * Budget of reading the stream and writing its lines, as a multiple of only reading: the read, another call with as many
 * bytes, and half of a read for rendering the lines.
 */
const budget = 2.5;

/** Records in a batch, and batches in a sample. */
const batchSize = 100;
const batches = 10;
const records = batchSize * batches;

const Page = z.looseObject({ Records: z.array(z.unknown()), NextShardIterator: z.string().optional() });

type Follow = (event: { Records: unknown }, context: Context) => Promise<DynamoDBBatchResponse>;

/**
 * Measures records a second from the events table's stream to the audit log: the deployed audit function with GetRecords,
 * compared with GetRecords alone.
 */
export async function measureAudit(engine: BenchEngine): Promise<Measure[]> {
  const org = "org_audited";
  await engine.admin({ action: "org.create", org_id: org, time_zone: "Europe/Prague" });
  await fill(createEventStore(createDynamoClient(), engine.table), org, records, () => undefined);
  const sink = new Worker(new URL("./logs-sink.ts", import.meta.url));
  const [address] = await once(sink, "message");
  setEnvironment({
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: `http://127.0.0.1:${address.port}`,
    [envVars.auditLogGroup]: "audit",
  });
  const { handler } = await import(pathToFileURL(join(bundle("functions/audit/audit.ts").folder, "index.mjs")).href);
  const follow: Follow = handler;
  const start = await startOf(engine);
  const write = async (Records: unknown) => {
    const { batchItemFailures } = await follow({ Records }, buildLambdaContext());
    if (batchItemFailures.length > 0) throw new Error("The function failed to write its lines.");
  };
  const times = await compareFigures({
    name: `audit lines of ${records} records, ${batchSize} a batch, against only reading the stream`,
    budgets: { p50: budget },
    samples: 40,
    warmup: 10,
    baseline: () => timed(engine, start, async () => undefined),
    ours: () => timed(engine, start, write),
  });
  await sink.terminate();
  return times.map((line) => {
    const rate = (milliseconds: number) => Math.round((records / milliseconds) * 1_000);
    const read = `read alone: ${rate(line.baseline)} records a second`;
    const written = `read and written: ${rate(line.baseline * line.value)} lines a second`;
    return { ...line, notes: [...line.notes, read, written] };
  });
}

/** Returns an iterator at the beginning of the stream. */
async function startOf({ client, call, table }: BenchEngine): Promise<string> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const stream = Table?.LatestStreamArn ?? "";
  const [shard] = await listShards(stream, call);
  return getShardIterator(stream, shard?.id ?? "", "TRIM_HORIZON", call);
}

/** Returns the milliseconds for reading the stream in batches, each passed to `handle` before the next is read. */
async function timed(
  { call }: BenchEngine,
  start: string,
  handle: (records: unknown) => Promise<void>,
): Promise<number> {
  const started = performance.now();
  let iterator: string | undefined = start;
  for (let batch = 0; batch < batches; batch++) {
    const input = { ShardIterator: iterator, Limit: batchSize };
    const page: z.infer<typeof Page> = Page.parse(await call("DynamoDBStreams_20120810.GetRecords", input));
    if (page.Records.length !== batchSize) throw new Error(`The stream gave ${page.Records.length} records.`);
    await handle(page.Records);
    iterator = page.NextShardIterator;
  }
  return performance.now() - started;
}
