import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { bundle } from "#infra/constructs/bundle.ts";
import { buildEventPut } from "#shared/events/dynamodb/event-put.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import type { BenchEngine } from "#test/bench/engine.ts";
import { compare, counted, type Measure } from "#test/bench/measure.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { buildSqsRecord } from "#test/support/events/sqs-record.ts";

const batchSize = 10;

/**
 * Compares ingest through the bundled function, in batches of ten, with a bare loop of the same conditional puts, ten
 * concurrently.
 */
export async function measureIngest({ client, table }: BenchEngine): Promise<Measure[]> {
  const { folder } = bundle("functions/ingest/ingest.ts");
  const { handler } = await import(pathToFileURL(join(folder, "index.mjs")).href);
  const ingest: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> = handler;
  // Events are created before the measurement: only the writes are timed.
  const rounds = { samples: 300, warmup: 100 };
  const batches = Array.from({ length: rounds.samples + rounds.warmup }, (_, round) =>
    Array.from({ length: batchSize }, (_, at) => round * batchSize + at),
  );
  const puts = batches.map((batch) => batch.map((n) => putCommand(table, anInput("org_bare", n)))).values();
  const events = batches
    .map((batch) => batch.map((n) => buildSqsRecord(`message ${n}`, JSON.stringify(anInput("org_ours", n)))))
    .values();
  const [time] = await compare({
    name: "ingest rate through the function against bare conditional puts, ten concurrently",
    budgets: { p50: 1 / 0.85 },
    ...rounds,
    baseline: () => Promise.all((puts.next().value ?? []).map((put) => client.send(put))),
    async ours() {
      const { batchItemFailures } = await ingest({ Records: events.next().value ?? [] }, buildLambdaContext());
      if (batchItemFailures.length > 0) throw new Error("The function failed to ingest.");
    },
  });
  if (time === undefined) return [];
  const rate = 1 / time.value;
  return [{ ...time, value: rate, budget: 0.85, passes: rate >= 0.85 }];
}

function putCommand(table: string, input: EventInput): PutItemCommand {
  const { event } = parseEventValue(input, { now: new Date(), entropy: "bare" });
  const put = buildEventPut(table, event);
  return new PutItemCommand({ ...put, Item: toStringAttributes(put.Item) });
}

/** Measures the write units of an event of 700 bytes with an actor and a contact. */
export async function measureWriteUnits({ client, table }: BenchEngine): Promise<Measure[]> {
  const bare = { ...anInput("org_units", 0), metadata: { note: "" } };
  const input = { ...bare, metadata: { note: "x".repeat(700 - JSON.stringify(bare).length) } };
  const { event } = parseEventValue(input, { now: new Date(), entropy: "units" });
  const put = buildEventPut(table, event);
  const { ConsumedCapacity } = await client.send(
    new PutItemCommand({ ...put, Item: toStringAttributes(put.Item), ReturnConsumedCapacity: "TOTAL" }),
  );
  return [
    counted(
      "write units of a 700-byte event with actor and contact",
      ConsumedCapacity?.CapacityUnits ?? Number.NaN,
      5,
      5,
      "units",
    ),
  ];
}

function anInput(org_id: string, n: number): EventInput {
  return {
    org_id,
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: `inv_${n}`,
    entity_ref: `INV-2026-${n}`,
    actor_user_id: "usr_1",
    changes: { status: { old: "DRAFT", new: "SENT" } },
    metadata: { source: "PUBLIC_API", ip: "203.0.113.4", request_id: `req_${n}` },
    related: [{ entity_type: "CONTACT", entity_id: "con_1" }],
    occurred_at: "2026-05-11T08:30:12Z",
  };
}
