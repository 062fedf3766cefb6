import { join } from "node:path";
import { bundle } from "#infra/constructs/bundle.ts";
import { variables } from "#shared/platform/names.ts";
import { startBytes } from "#test/support/bundle-start.ts";
import { bareBundlings, bareEvent, bundleBareClients } from "./bare-clients.ts";
import { bareStartBytes, bundleBareFunction } from "./bare-function.ts";
import { type ColdWorld, openColdWorld } from "./cold-stack.ts";
import { startDocuments } from "./documents.ts";
import type { BenchEngine } from "./engine.ts";
import { type FirstCall, firstCalls } from "./first-calls.ts";
import { compareFigures, counted, type Measure } from "./measure.ts";
import { starter } from "./probe.ts";
import { hookPath, Tape } from "./record-replay-proxy.ts";
import type { Run } from "./sections.ts";

/** What a start may take, as a multiple of that of the function's bare clients and their calls. */
const startBar = 1.15;

/** The same of the read function, against the bare client and no more than a Query. */
const readBar = 1.1;

const rounds = { samples: 21, warmup: 2 };

/**
 * Every function's start, import and first call, in fresh processes, against that of its bare clients: as they come,
 * and, which is harder, bundled as our functions are.
 */
export async function measureStarts(engine: BenchEngine, { step }: Run): Promise<Measure[]> {
  const tape = await Tape.open(engine.origin);
  const environment = environmentOf(engine, tape.origin);
  try {
    const world = await openColdWorld(engine, tape.origin);
    const measures = await measureRead(engine, world);
    for (const first of firstCalls) {
      step(`Starting ${first.entry}`);
      measures.push(...(await measureStart(first, world, tape, starter(environment))));
    }
    step("Starting read/documents");
    return [...measures, ...(await startDocuments(starter(environment), rounds))];
  } finally {
    await tape.close();
  }
}

async function measureStart(
  { entry, clients, event }: FirstCall,
  world: ColdWorld,
  tape: Tape,
  start: ReturnType<typeof starter>,
): Promise<Measure[]> {
  const ours = bundled(entry);
  // The first call of all opens a rate window, and the like: what is recorded is any other.
  await start(ours, await event(world));
  const input = await event(world);
  const calls = await tape.record(() => start(ours, input));
  const bareInput = bareEvent(clients, calls);
  const measures: Measure[] = [];
  for (const [baseline, options] of Object.entries(bareBundlings)) {
    const bare = bundleBareClients(clients, calls, options);
    const compared = await compareFigures({
      name: `${entry}, import and first call, against its ${baseline} and the same calls`,
      bars: { p50: startBar },
      ...rounds,
      baseline: () => tape.play(() => start(bare, bareInput)),
      ours: () => tape.play(() => start(ours, input)),
    });
    measures.push(...compared.map((line) => ({ ...line, notes: [...line.notes, `calls: ${calls.length}`] })));
  }
  return measures;
}

/** The read function against one Query by the client as it comes, and their sizes. */
async function measureRead(engine: BenchEngine, world: ColdWorld): Promise<Measure[]> {
  const entry = "read/finzbooks";
  const { folder, metafile } = bundle(`functions/${entry}.ts`);
  const [bare, ours] = [bundleBareFunction(), join(folder, "index.mjs")];
  const input = await firstCalls.find((first) => first.entry === entry)?.event(world);
  const start = starter(engine.environment);
  const times = await compareFigures({
    name: "read bundle, import and first call, against the bare client and Query",
    bars: { p50: readBar },
    ...rounds,
    baseline: () => start(bare, { org: world.org, limit: 20 }),
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

/** What every function finds in its environment; all services are the tape. */
function environmentOf({ environment, deliveries }: BenchEngine, services: string): Record<string, string> {
  return {
    ...environment,
    AWS_ENDPOINT_URL: services,
    AWS_ENDPOINT_URL_DYNAMODB: services,
    HOOK_URL: `${services}${hookPath}`,
    [variables.deliveriesTable]: deliveries,
    [variables.ingestQueue]: `${services}/queue/ingest`,
    [variables.ingestDeadLetters]: `${services}/queue/dead-letters`,
    [variables.rejectedQueue]: `${services}/queue/rejected`,
    [variables.deliveriesQueue]: `${services}/queue/deliveries`,
    [variables.slowDeliveriesQueue]: `${services}/queue/slow-deliveries`,
    [variables.sendsPerOrg]: "100",
    [variables.replaysQueue]: `${services}/queue/replays`,
    [variables.unreadQueue]: `${services}/queue/unread`,
    [variables.auditLogGroup]: "audit",
    [variables.archiveBucket]: "archive",
    [variables.secretsKey]: "key",
    [variables.apiHosts]: "api.example.com",
    [variables.webhooksToLoopback]: "allow",
  };
}
