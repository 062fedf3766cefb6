import { execFile } from "node:child_process";
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundle } from "../../infra/parts/bundle.ts";
import { anHttpEvent } from "../support/http-event.ts";
import { bundleBareFunction } from "./bare-function.ts";
import type { BenchEngine } from "./engine.ts";
import { compareFigures, counted, type Measure } from "./measure.ts";

const run = promisify(execFile);

/**
 * Loads a function and calls it once, and prints how long both took together. Lambda's own runtime has `node:http`
 * already.
 */
const probe = `
import "node:http";
const [, , bundle, event] = process.argv;
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
const started = performance.now();
const { handler } = await import(bundle);
await handler(JSON.parse(event), { getRemainingTimeInMillis: () => 10000 });
write(String(performance.now() - started));
process.exit();
`;

/** The read function's start, import and first call, in fresh processes, and its size, against the bare function's. */
export async function measureStart({ environment }: BenchEngine, orgId: string, token: string): Promise<Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-bench-"));
  const probeFile = join(folder, "probe.mjs");
  writeFileSync(probeFile, probe);
  const bare = bundleBareFunction();
  const ours = join(bundle("functions/read/finzbooks.ts").folder, "index.mjs");

  const headers = { authorization: `Bearer ${token}`, "x-aibooks-org": orgId };
  const event = JSON.stringify(anHttpEvent("/api/public/v1/activity?limit=20", { headers }));
  const start = async (file: string, input: string) => {
    const { stdout } = await run(process.execPath, [probeFile, file, input], { env: environment });
    return Number(stdout);
  };
  const [time] = await compareFigures({
    name: "read bundle, import and first call, against the bare client and Query",
    bars: { p50: 1.1 },
    samples: 25,
    warmup: 3,
    baseline: () => start(bare, JSON.stringify({ org: orgId, limit: 20 })),
    ours: () => start(ours, event),
  });
  const bytes = (file: string) => statSync(file).size;
  const size = counted("read bundle bytes, against the same", bytes(ours) / bytes(bare), 1.15, bytes(bare), "ratio");
  return time ? [time, size] : [size];
}
