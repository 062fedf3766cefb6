import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { bundle } from "#infra/constructs/bundle.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { projectableFields } from "#shared/events/query/query.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { bundleBareFunction } from "#test/bench/cold-start/bare-function.ts";
import type { BenchEngine } from "#test/bench/engine.ts";
import { compare, counted, type Measure } from "#test/bench/measure.ts";
import { buildHttpEvent, buildLambdaContext } from "#test/support/api/http-event.ts";
import { aQuery } from "#test/support/builders.ts";
import { itemBytes, meterOf } from "#test/support/dynamodb/metering.ts";

export type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** The deployed bundle of the function. Rotates tokens, so that no rate limit is reached. */
export class Reader {
  readonly #handler: Handler;
  readonly #tokens: readonly string[];
  #turn = 0;

  constructor(handler: Handler, tokens: readonly string[]) {
    this.#handler = handler;
    this.#tokens = tokens;
  }

  static async load(tokens: readonly string[]): Promise<Reader> {
    const { folder } = bundle("functions/api/finzbooks.ts");
    const { handler } = await import(pathToFileURL(join(folder, "index.mjs")).href);
    return new Reader(handler, tokens);
  }

  async get(orgId: string, query: string): Promise<APIGatewayProxyStructuredResultV2> {
    const token = this.#tokens[this.#turn++ % this.#tokens.length];
    const headers = { authorization: `Bearer ${token}`, "x-aibooks-org": orgId };
    const response = await this.#handler(
      buildHttpEvent(`/api/public/v1/activity?${query}`, { headers }),
      buildLambdaContext(),
    );
    if (response.statusCode !== 200) throw new Error(`The function answered ${response.statusCode}: ${response.body}`);
    return response;
  }
}

/**
 * Compares warm requests in the function with a bare Query of the same page, in a separate bundle: both sides have run
 * equally often, so that JIT compilation affects both equally.
 */
export async function measurePages(reader: Reader, orgId: string): Promise<Measure[]> {
  const { handler: bare } = await import(pathToFileURL(bundleBareFunction()).href);
  const measures: Measure[] = [];
  for (const limit of [20, 100, 500]) {
    measures.push(
      ...(await compare({
        name: `warm GET /activity, limit ${limit}, against the bare Query`,
        budgets: { p50: 1.15, p99: 1.3 },
        samples: 500,
        warmup: limit === 20 ? 1_500 : 300,
        baseline: () => bare({ org: orgId, limit }),
        ours: () => reader.get(orgId, `limit=${limit}`),
      })),
    );
  }
  return measures;
}

const filters = {
  feed: {},
  type: { entity_type: "INVOICE" },
  actor: { actor_user_id: "usr_1" },
  contact: { contact_id: "con_1" },
  document: { entity_id: "doc_long" },
} as const;

/**
 * Compares the same page of a long and of a short log. The dialect has no filter by contact, so that query calls the
 * store.
 */
export async function measureSizes(
  { table }: BenchEngine,
  reader: Reader,
  small: string,
  large: string,
): Promise<Measure[]> {
  const store = createEventStore(createDynamoClient(), table);
  const measures: Measure[] = [];
  for (const [name, filter] of Object.entries(filters)) {
    const read = (org_id: string) =>
      name === "contact"
        ? store.readPage(aQuery({ ...filter, org_id, limit: 20 }))
        : reader.get(org_id, String(new URLSearchParams({ ...filter, limit: "20" })));
    measures.push(
      ...(await compare({
        name: `${name} of a long log against a short one`,
        budgets: { p50: 1.15 },
        samples: 300,
        warmup: 100,
        baseline: () => read(small),
        ours: () => read(large),
      })),
    );
  }
  return measures;
}

/** Compares page 1,000 by `Link` with the first page. */
export async function measureDepth(reader: Reader, orgId: string): Promise<Measure[]> {
  let query = "limit=20";
  for (let page = 1; page < 1_000; page++) {
    const { headers } = await reader.get(orgId, query);
    const [, next] = /\?([^>]+)>/.exec(String(headers?.link)) ?? [];
    if (next === undefined) throw new Error(`The log ends at page ${page}.`);
    query = next;
  }
  return compare({
    name: "page 1,000 by Link against page 1",
    budgets: { p50: 1.1 },
    samples: 300,
    warmup: 100,
    baseline: () => reader.get(orgId, "limit=20"),
    ours: () => reader.get(orgId, query),
  });
}

/** Measures the read units of a page of 20 by each single filter, as a multiple of the units of its bytes. */
export async function measureReadUnits({ table }: BenchEngine, orgId: string): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const [name, filter] of Object.entries({ ...filters, paid: { settled: "paid" } as const })) {
    const client = createDynamoClient();
    const units = meterOf(client);
    const { events } = await createEventStore(client, table).readPage(
      aQuery({ projection: projectableFields, ...filter, org_id: orgId, limit: 20 }),
    );
    const bytes = events.reduce((sum, event) => sum + itemBytes(event), 0);
    const least = Math.ceil(bytes / 4_096) / 2;
    const used = units.reduce((sum, unit) => sum + unit, 0);
    measures.push(
      counted(`read units of a page of 20 by ${name}, against its bytes`, used / least, 1.25, least, "ratio"),
    );
  }
  return measures;
}
