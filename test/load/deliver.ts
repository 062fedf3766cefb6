import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { quantile } from "#test/bench/measure.ts";
import type { Load } from "./offer.ts";
import { createOrganisation, listenOnFreePort } from "./organisation.ts";
import type { RunningStack } from "./running-stack.ts";

/** Milliseconds from the commit of an event to the first attempt of its webhook. */
export type Delivered = {
  readonly events: number;
  readonly delivered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
};

const credentials = { accessKeyId: "load", secretAccessKey: "load" };

/** Endpoints take effect within five seconds of their creation. */
const effectiveAfterMs = 5_000;
const warmUpSeconds = 5;

const payloadSchema = z.object({ data: z.object({ entity_id: z.string() }) });

/** Commits events at a constant rate, and waits for the webhook of each. Measures after a warm-up at the same rate. */
export async function deliver(stack: RunningStack, load: Load): Promise<Delivered> {
  const committedAt = new Map<string, number>();
  const latencies: number[] = [];
  const receiver = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    const arrived = performance.now();
    response.writeHead(204).end();
    const { entity_id } = payloadSchema.parse(JSON.parse(text)).data;
    const committed = committedAt.get(entity_id);
    if (committedAt.delete(entity_id) && committed !== undefined) latencies.push(arrived - committed);
  });
  const port = await listenOnFreePort(receiver);
  const orgs = Array.from({ length: load.organisations }, (_, n) => `org_${load.name}_${n}`);
  for (const org of orgs) await createOrganisation(stack, org, [port]);
  await sleep(effectiveAfterMs);
  const client = new DynamoDBClient({ region: "us-east-1", credentials, endpoint: stack.endpoints.dynamodb });
  const store = createEventStore(client, stack.tables.events);

  async function commit(org_id: string, entity_id: string): Promise<void> {
    const now = new Date();
    const input = { org_id, action: "INVOICE_SENT", entity_type: "INVOICE", entity_id, occurred_at: now.toISOString() };
    await store.put(parseEventValue(input, { now, entropy: entity_id }).event);
    committedAt.set(entity_id, performance.now());
  }

  async function run(seconds: number, name: string): Promise<void> {
    const started = performance.now();
    for (let n = 0; n < seconds * load.perSecond; n++) {
      await sleep(Math.max(0, started + (n / load.perSecond) * 1_000 - performance.now()));
      await commit(orgs[n % orgs.length] ?? "", `inv_${name}_${n}`);
    }
    const deadline = performance.now() + 60_000;
    while (committedAt.size > 0 && performance.now() < deadline) await sleep(20);
  }

  try {
    await run(warmUpSeconds, `${load.name}_warm_up`);
    latencies.splice(0);
    await run(load.seconds, load.name);
    return {
      events: load.seconds * load.perSecond,
      delivered: latencies.length,
      p50Ms: Math.round(quantile(latencies, 0.5)),
      p99Ms: Math.round(quantile(latencies, 0.99)),
      maxMs: Math.round(Math.max(...latencies)),
    };
  } finally {
    client.destroy();
    receiver.closeAllConnections();
    receiver.close();
  }
}
