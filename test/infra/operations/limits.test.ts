import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { edgeThrottle } from "#infra/api/public-api.ts";
import { stages } from "#infra/config.ts";
import { perEvent } from "#infra/costs/workload.ts";
import { maxLimit } from "#shared/api/finzbooks/parameters.ts";
import { rateLimit } from "#shared/auth/rate-limit.ts";
import { maxEventBytes } from "#shared/events/limits.ts";
import { offsetPageBudget } from "#shared/events/query/offset-scan.ts";
import { dataKeyTtlMs } from "#shared/webhooks/endpoints/aws/data-key-cache.ts";
import { maxEndpointsPerOrg } from "#shared/webhooks/endpoints/endpoint.ts";
import { maxHeaders, maxHeaderValueLength, maxHeaderValuesLength } from "#shared/webhooks/endpoints/static-headers.ts";
import { maxConcurrencyLimit } from "#shared/webhooks/limits/circuit-breaker.ts";
import { initialConcurrencyLimit } from "#shared/webhooks/limits/endpoint-health.ts";
import { maxActiveReplaysPerOrg } from "#shared/webhooks/replays/replay.ts";
import { maxHeadBytes } from "#shared/webhooks/sending/response-head-normalizer.ts";

const rows = readFileSync(join(import.meta.dirname, "../../../docs/limits.md"), "utf8").split("\n");
const { dev, prod } = stages;

/** Formats a number as the page does. */
const n = (value: number) => value.toLocaleString("en-US");

/** DynamoDB's default quota for a table and its indexes, in units a second: "Table-level write throughput limit". */
const tableUnits = 40_000;

it.each([
  [
    "events a second",
    `| ${n(tableUnits / perEvent.writeUnits)}, computed: ${n(tableUnits)} units / ${perEvent.writeUnits} |`,
  ],
  ["concurrent ingest functions", `${prod.ingestConcurrency} in prod, ${dev.ingestConcurrency} in dev`],
  ["size of an event", `${maxEventBytes / 1024} KB`],
  ["requests a minute", `${rateLimit.requests} a token`],
  [
    "requests a second, all callers",
    `${n(prod.throttle.ratePerSecond)} in prod and ${n(dev.throttle.ratePerSecond)} in dev`,
  ],
  [
    "requests a second, all callers",
    `with an edge ${n(edgeThrottle.ratePerSecond)}, bursts of ${n(edgeThrottle.burst)}`,
  ],
  ["concurrent requests", `${prod.reserved?.api} for each function`],
  ["events in a page", `${maxLimit} (\`limit\`)`],
  ["data read by one request", `${n(offsetPageBudget.events)} events and ${offsetPageBudget.pages} pages`],
  ["endpoints", `| ${maxEndpointsPerOrg} |`],
  [
    "headers of an endpoint",
    `| ${maxHeaders}, values of ${maxHeaderValueLength / 1024} KB each and ${maxHeaderValuesLength / 1024} KB together |`,
  ],
  ["response of a receiver", `| ${maxHeadBytes / 1024} KB of headers`],
  ["concurrent sends", `${initialConcurrencyLimit} to one endpoint; up to ${maxConcurrencyLimit}`],
  ["concurrent sends", `${n(prod.deliveryConcurrency * 10)} in prod and ${n(dev.deliveryConcurrency * 10)} in dev`],
  [
    "concurrent sends to endpoints above 250 ms",
    `${prod.sendsPerOrg} in prod and ${dev.sendsPerOrg} in dev on each lane`,
  ],
  ["sends to one host", `| ${n(prod.sendsPerHost)} a second`],
  ["replays", `${maxActiveReplaysPerOrg} of an organisation`],
  ["decryptions of data keys for signing secrets", `one in ${dataKeyTtlMs / 60_000} minutes for each instance`],
])("docs/limits.md states the value of the code for %s", (limit, text) => {
  expect(rows.find((row) => row.startsWith(`| ${limit} |`))).toContain(text);
});
