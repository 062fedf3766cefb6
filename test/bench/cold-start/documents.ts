import { join } from "node:path";
import { bundle, functionBundling } from "#infra/constructs/bundle.ts";
import { compareFigures, type Measure } from "#test/bench/measure.ts";
import { buildHttpEvent } from "#test/support/api/http-event.ts";
import { bundleSource } from "./bundle-source.ts";
import type { starter } from "./probe.ts";

/** Milliseconds. The function makes no AWS calls, so it is not compared with bare clients. */
const budget = 100;

const source = `
import middy from "@middy/core";
export const handler = middy().handler(async () => ({ statusCode: 200, body: "{}" }));
`;

/** Measures the start of the function of the API documents in milliseconds, with a bare middy handler as baseline. */
export async function startDocuments(
  start: ReturnType<typeof starter>,
  rounds: { readonly samples: number; readonly warmup: number },
): Promise<Measure[]> {
  const { file: bare } = bundleSource(source, functionBundling);
  const ours = join(bundle("functions/api/openapi.ts").folder, "index.mjs");
  const event = buildHttpEvent("/openapi.json");
  const times = await compareFigures({
    name: "api/openapi, import and first call, with a bare middy handler for comparison",
    budgets: { p50: Number.POSITIVE_INFINITY },
    ...rounds,
    baseline: () => start(bare, event),
    ours: () => start(ours, event),
  });
  return times.map((line) => {
    const value = Math.round(line.value * line.baseline);
    return { ...line, value, unit: "ms", budget, passes: value <= budget };
  });
}
