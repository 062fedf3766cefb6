import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { bundle } from "#infra/constructs/bundle.ts";
import { bundleBareFunction } from "#test/bench/cold-start/bare-function.ts";
import { compare, type Measure } from "#test/bench/measure.ts";
import { buildHttpEvent, buildLambdaContext } from "#test/support/api/http-event.ts";
import type { Handler } from "./reading.ts";

type Place = { readonly org: string; readonly slug: string };

/** The deployed function of a dialect, and its request of a page by number. */
type Dialect = {
  readonly name: string;
  readonly entry: string;
  readonly size: number;
  /** Budget of a warm page, as a multiple of the bare Query. */
  readonly budget: number;
  path(place: Place, page: number): string;
};

const dialects: readonly Dialect[] = [
  {
    name: "SimplyBooks JSON",
    entry: "functions/api/simplybooks.ts",
    size: 100,
    budget: 1.25,
    path: (_, page) => `/api/v1/activities?format=json&skip=${(page - 1) * 100}`,
  },
  {
    name: "SimplyBooks XML",
    entry: "functions/api/simplybooks.ts",
    size: 100,
    budget: 1.5,
    path: (_, page) => `/api/v1/activities?skip=${(page - 1) * 100}`,
  },
  {
    name: "Fakturoid",
    entry: "functions/api/fakturoid.ts",
    size: 40,
    budget: 1.25,
    path: ({ slug }, page) => `/api/v3/accounts/${slug}/events.json?page=${page}`,
  },
];

/**
 * Measures dialects with pages by number: a warm first page against the bare Query of as many events, and page 200
 * against page 1, both when requested again and when a client pages to it.
 */
export async function measureListings(tokens: readonly string[], small: Place, large: Place): Promise<Measure[]> {
  const { handler: bare } = await import(pathToFileURL(bundleBareFunction()).href);
  const handlers = new Map<string, Handler>();
  const measures: Measure[] = [];
  let turn = 0;
  for (const { name, entry, size, budget, path } of dialects) {
    const handler = handlers.get(entry) ?? (await load(entry));
    handlers.set(entry, handler);
    const get = async (place: Place, page: number): Promise<APIGatewayProxyStructuredResultV2> => {
      const headers = {
        authorization: `Bearer ${tokens[turn++ % tokens.length]}`,
        "user-agent": "bench",
        "x-accountid": place.org,
        // A separate host has its own list, without page checkpoints of other requests.
        host: `${size}-${name.length}.example.com`,
      };
      const response = await handler(buildHttpEvent(path(place, page), { headers }), buildLambdaContext());
      if (response.statusCode !== 200) throw new Error(`${name} answered ${response.statusCode}: ${response.body}`);
      return response;
    };
    measures.push(
      ...(await compare({
        name: `warm page of ${name}, ${size} events, against the bare Query`,
        budgets: { p50: budget },
        samples: 500,
        warmup: 500,
        baseline: () => bare({ org: small.org, limit: size }),
        ours: () => get(small, 1),
      })),
    );
    for (let page = 1; page <= 200; page++) await get(large, page);
    measures.push(
      ...(await compare({
        name: `page 200 of ${name}, requested again, against page 1`,
        budgets: { p50: 1.5 },
        samples: 300,
        warmup: 100,
        baseline: () => get(large, 1),
        ours: () => get(large, 200),
      })),
    );
    let at = 200;
    measures.push(
      ...(await compare({
        name: `each page in sequence of ${name} beyond page 200, against page 1`,
        budgets: { p50: 1.5 },
        samples: 300,
        warmup: 10,
        baseline: () => get(large, 1),
        ours: () => get(large, ++at),
      })),
    );
  }
  return measures;
}

async function load(entry: string): Promise<Handler> {
  const { handler } = await import(pathToFileURL(join(bundle(entry).folder, "index.mjs")).href);
  return handler;
}
