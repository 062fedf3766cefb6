import { setTimeout as sleep } from "node:timers/promises";
import { BatchWriteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { chunk } from "#shared/platform/chunk.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { webhookOrgKey } from "#shared/platform/dynamodb/keys.ts";
import { endpointReader } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { EndpointCache } from "#shared/webhooks/endpoints/endpoint-cache.ts";
import { hashOrg, orgShards } from "#shared/webhooks/endpoints/org-hash.ts";
import { benchEvent } from "#test/bench/bench-events.ts";
import type { BenchEngine } from "#test/bench/engine.ts";
import type { BenchRun } from "#test/bench/measure.ts";
import { counted, type Measure, quantile } from "#test/bench/measure.ts";
import { anEndpoint } from "#test/support/builders.ts";
import { failOnDamage } from "#test/support/memory/webhooks.ts";
import { anEndpointId } from "#test/support/webhooks/delivery-builders.ts";

/** Organisations with endpoints in the table, independent of the size of the log. */
const orgCount = 1_000_000;

/** Endpoints of the organisation whose endpoint is changed. */
const endpointCount = 50;
const changes = 20;

/** Organisations that an instance sees first, and events in a batch of the stream. */
const coldOrgs = 1_000;
const batchSize = 100;

const budgets = { changeUnits: 10, changeMs: 5_000, idleUnits: 0 };

const orgOf = (n: number) => `org_${String(n).padStart(20, "0")}`;

/**
 * Measures what the fan-out reads of its endpoint cache with a million organisations: for a change, for events of
 * organisations without endpoints, and at the start of an instance.
 */
export async function measureFanOut({ client, config, table }: BenchEngine, { step }: BenchRun): Promise<Measure[]> {
  await fill(client, config, (share) => step(`Listing ${orgCount} organisations: ${Math.round(share * 100)} %`));
  const store = endpointStore(client, { config, events: table }, () => new Date());
  const endpoints: Endpoint[] = [];
  for (let n = 0; n < endpointCount; n++) {
    const endpoint = anEndpoint({ org_id: orgOf(0), endpoint_id: anEndpointId() });
    await store.create(endpoint, benchEvent(orgOf(0), n));
    endpoints.push(endpoint);
  }
  const meter = new Meter();
  const source = endpointReader(meter.client, config);
  const measures: Measure[] = [];

  step("Changing endpoints");
  const [costs, times] = await changesOf(
    endpoints,
    new EndpointCache(source, () => new Date(), failOnDamage),
    store,
    meter,
  );
  const most = Math.max(...costs);
  measures.push(
    {
      ...counted(
        "read units of an instance for a change of one endpoint, at most",
        most,
        budgets.changeUnits,
        Number.NaN,
        "units",
      ),
      samples: changes,
    },
    ...[["p50", quantile(times, 0.5)] as const, ["longest", Math.max(...times)] as const].map(([label, value]) => ({
      ...counted(
        `from a change until an instance uses it, ${label}`,
        Math.round(value),
        budgets.changeMs,
        Number.NaN,
        "ms",
      ),
      samples: changes,
    })),
  );

  step("Starting an instance");
  const start = new Date();
  const cache = new EndpointCache(source, () => start, failOnDamage);
  const without = Array.from({ length: coldOrgs }, (_, n) => `org_without_${n}`);
  const cold = await meter.of(() => inBatches(without, (org) => cache.list(org)));
  const warm = await meter.of(() => inBatches(without, (org) => cache.list(org)));
  measures.push({
    ...counted(
      `read units for ${coldOrgs} events of organisations without endpoints, once their shards are read`,
      warm.units,
      budgets.idleUnits,
      Number.NaN,
      "units",
    ),
    samples: coldOrgs,
    notes: [
      `first events of ${coldOrgs} organisations: ${cold.units} units, ${Math.round(cold.ms)} ms`,
      `the same again: ${warm.ms.toFixed(1)} ms`,
    ],
  });

  step("Reading all shards");
  const shards = orgsOfAllShards();
  const another = new EndpointCache(source, () => start, failOnDamage);
  const whole = await meter.of(() => inBatches(shards, (org) => another.list(org)));
  const last = measures.at(-1);
  const note = `all ${orgShards} shards: ${whole.units} units, ${Math.round(whole.ms)} ms`;
  if (last !== undefined) measures[measures.length - 1] = { ...last, notes: [...last.notes, note] };
  return measures;
}

/** Changes endpoints one by one. Returns units and milliseconds until the cache has each change. */
async function changesOf(
  endpoints: readonly Endpoint[],
  cache: EndpointCache,
  store: ReturnType<typeof endpointStore>,
  meter: Meter,
): Promise<readonly [number[], number[]]> {
  const units: number[] = [];
  const times: number[] = [];
  const filters = async ({ org_id, endpoint_id }: Endpoint) =>
    (await cache.list(org_id)).find((each) => each.endpoint_id === endpoint_id)?.events[0];
  for (let n = 0; n < changes; n++) {
    const endpoint = endpoints[n];
    if (endpoint === undefined) break;
    await filters(endpoint);
    const event = benchEvent(endpoint.org_id, 1_000 + n);
    const isDone = await store.update(endpoint, { ...endpoint, events: ["bill.*"] }, event);
    if (!isDone) throw new Error("The endpoint was not changed.");
    const cost = await meter.of(async () => {
      while ((await filters(endpoint)) !== "bill.*") await sleep(5);
    });
    units.push(cost.units);
    times.push(cost.ms);
  }
  return [units, times];
}

/** Like the fan-out: all organisations of a batch concurrently. */
async function inBatches(orgIds: readonly string[], read: (orgId: string) => Promise<unknown>): Promise<void> {
  for (const batch of chunk(orgIds, batchSize)) await Promise.all(batch.map(read));
}

/** Returns an organisation without endpoints for each shard. */
function orgsOfAllShards(): string[] {
  const found = new Map<number, string>();
  for (let n = 0; found.size < orgShards; n++) found.set(hashOrg(`org_any_${n}`).shard, `org_any_${n}`);
  return [...found.values()];
}

async function fill(client: DynamoDBClient, config: string, progress: (share: number) => void): Promise<void> {
  const put = (n: number) => ({
    PutRequest: { Item: toStringAttributes(webhookOrgKey(hashOrg(orgOf(n)).shard, orgOf(n))) },
  });
  let next = 0;
  const work = async () => {
    for (let first = next; first < orgCount; first = next) {
      next += 25;
      const items = Array.from({ length: Math.min(25, orgCount - first) }, (_, n) => put(first + n));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [config]: items } }));
      if (first % 50_000 === 0) progress(first / orgCount);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

/** A client that sums the read units of its calls. */
class Meter {
  readonly client = new DynamoDBClient({});
  #units = 0;

  constructor() {
    this.client.middlewareStack.add(
      (next) => async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
        const answer = await next(args);
        if ("ConsumedCapacity" in answer.output) this.#add(answer.output.ConsumedCapacity);
        return answer;
      },
      { step: "initialize" },
    );
  }

  /** Returns the units and milliseconds of an operation. */
  async of(run: () => Promise<unknown>): Promise<{ units: number; ms: number }> {
    const units = this.#units;
    const started = performance.now();
    await run();
    return { units: this.#units - units, ms: performance.now() - started };
  }

  #add(consumed: unknown): void {
    for (const each of [consumed].flat()) this.#units += Number(Object(each).CapacityUnits ?? 0);
  }
}
