import { join } from "node:path";
import { bundle } from "#infra/constructs/bundle.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import type { BenchEngine } from "#test/bench/engine.ts";
import type { BenchRun } from "#test/bench/measure.ts";
import { compareFigures, counted, type Measure } from "#test/bench/measure.ts";
import { startBytes } from "#test/support/infra/bundle-start.ts";
import { bareBundlings, bareEvent, bundleBareClients } from "./bare-clients.ts";
import { bareStartBytes, bundleBareFunction } from "./bare-function.ts";
import { type ColdStack, openColdStack } from "./cold-stack.ts";
import { startDocuments } from "./documents.ts";
import { type FirstCall, firstCalls } from "./first-calls.ts";
import { starter } from "./probe.ts";
import { hookPath, RecordReplayProxy } from "./record-replay-proxy.ts";

/** Budget of a start, as a multiple of the start of the function's bare clients with the same calls. */
const startBudget = 1.15;

/** Budget of the read function, compared with the bare client and a single Query. */
const readBudget = 1.1;

const rounds = { samples: 21, warmup: 2 };

/**
 * Measures the start of every function (import and first call) in new processes, compared with its bare clients: in one
 * file, and, which is harder, bundled like the functions.
 */
export async function measureStarts(engine: BenchEngine, { step }: BenchRun): Promise<Measure[]> {
  const proxy = await RecordReplayProxy.open(engine.origin);
  const environment = environmentOf(engine, proxy.origin);
  try {
    const stack = await openColdStack(engine, proxy.origin);
    const measures = await measureRead(engine, stack);
    for (const first of firstCalls) {
      step(`Starting ${first.entry}`);
      measures.push(...(await measureStart(first, stack, proxy, starter(environment))));
    }
    step("Starting api/openapi");
    return [...measures, ...(await startDocuments(starter(environment), rounds))];
  } finally {
    await proxy.close();
  }
}

async function measureStart(
  { entry, clients, event }: FirstCall,
  stack: ColdStack,
  proxy: RecordReplayProxy,
  start: ReturnType<typeof starter>,
): Promise<Measure[]> {
  const ours = bundled(entry);
  // The very first call differs, for example because it opens a rate window. Record a later one.
  await start(ours, await event(stack));
  const input = await event(stack);
  const calls = await proxy.record(() => start(ours, input));
  const bareInput = bareEvent(clients, calls);
  const measures: Measure[] = [];
  for (const [baseline, options] of Object.entries(bareBundlings)) {
    const bare = bundleBareClients(clients, calls, options);
    const compared = await compareFigures({
      name: `${entry}, import and first call, against its ${baseline} and the same calls`,
      budgets: { p50: startBudget },
      ...rounds,
      baseline: () => proxy.play(() => start(bare, bareInput)),
      ours: () => proxy.play(() => start(ours, input)),
    });
    measures.push(...compared.map((line) => ({ ...line, notes: [...line.notes, `calls: ${calls.length}`] })));
  }
  return measures;
}

/** Compares the read function with a single Query of the bare client, and their sizes. */
async function measureRead(engine: BenchEngine, stack: ColdStack): Promise<Measure[]> {
  const entry = "api/finzbooks";
  const { folder, metafile } = bundle(`functions/${entry}.ts`);
  const [bare, ours] = [bundleBareFunction(), join(folder, "index.mjs")];
  const input = await firstCalls.find((first) => first.entry === entry)?.event(stack);
  const start = starter(engine.environment);
  const times = await compareFigures({
    name: "read bundle, import and first call, against the bare client and Query",
    budgets: { p50: readBudget },
    ...rounds,
    baseline: () => start(bare, { org: stack.org, limit: 20 }),
    ours: () => start(ours, input),
  });
  const bareBytes = bareStartBytes();
  const ratio = startBytes(metafile) / bareBytes;
  const size = counted(
    "bytes that a start of it reads, against those of the same, split alike",
    ratio,
    1.15,
    bareBytes,
    "ratio",
  );
  return [...times, size];
}

function bundled(entry: string): string {
  return join(bundle(`functions/${entry}.ts`).folder, "index.mjs");
}

/** Returns the environment variables of all functions. All services are the proxy. */
function environmentOf({ environment, deliveries }: BenchEngine, services: string): Record<string, string> {
  return {
    ...environment,
    AWS_ENDPOINT_URL: services,
    AWS_ENDPOINT_URL_DYNAMODB: services,
    HOOK_URL: `${services}${hookPath}`,
    [envVars.deliveriesTable]: deliveries,
    [envVars.ingestQueue]: `${services}/queue/ingest`,
    [envVars.ingestDeadLetters]: `${services}/queue/dead-letters`,
    [envVars.rejectedQueue]: `${services}/queue/rejected`,
    [envVars.deliveriesQueue]: `${services}/queue/deliveries`,
    [envVars.slowDeliveriesQueue]: `${services}/queue/slow-deliveries`,
    [envVars.sendsPerOrg]: "100",
    [envVars.replaysQueue]: `${services}/queue/replays`,
    [envVars.fanOutDeadLetters]: `${services}/queue/fan-out-dead-letters`,
    [envVars.auditLogGroup]: "audit",
    [envVars.archiveBucket]: "archive",
    [envVars.secretsKey]: "key",
    [envVars.signingKeys]: JSON.stringify([{ from: null, until: null, arn: "key" }]),
    [envVars.logName]: "activity.example.com",
    [envVars.sequencerDeadLetters]: `${services}/queue/sequencer-dead-letters`,
    [envVars.changeWaits]: "40",
    [envVars.anchorDeadLetters]: `${services}/queue/anchor-dead-letters`,
    [envVars.apiHosts]: "api.example.com",
    [envVars.webhooksToLoopback]: "allow",
  };
}
