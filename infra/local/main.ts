import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { banner, type Demo } from "./banner.ts";
import { loadDemo } from "./demo/load.ts";
import { findJava } from "./engines/java.ts";
import { environment, useUtc } from "./environment.ts";
import { lockFolder } from "./lock.ts";
import { parseOptions, type StartOptions, usage } from "./options.ts";
import { type LocalStack, startLocalStack } from "./stack.ts";
import { synthesize } from "./synthesize.ts";

const project = resolve(import.meta.dirname, "../..");
const folder = join(project, ".local");
const stackFile = join(folder, "stack.json");
const logs = join(folder, "logs");

const interrupted = 130;

let running: LocalStack | undefined;
let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);

const { PORT, npm_lifecycle_event: npmScript } = environment;
if (npmScript !== undefined) stopWithParent();

try {
  const options = parseOptions(argv.slice(2), PORT);
  if (options.help) stdout.write(usage);
  else await run(options);
} catch (error) {
  if (!stopping) fail(error);
}

async function run({ port, data, empty }: StartOptions): Promise<void> {
  await findJava();
  for (const taken of data === undefined ? [folder] : [folder, resolve(data)]) process.on("exit", lockFolder(taken));
  const unpublish = () => rmSync(stackFile, { force: true });
  unpublish(); // one that was killed may have left its file
  process.on("exit", unpublish);
  useUtc();

  progress("Synthesizing the stack");
  const assembly = join(folder, "cdk.out");
  await synthesize({ project, assembly, environment });
  progress("Starting the engines and the functions");
  // What they tell of is gone with the tables of the start before.
  if (data === undefined) rmSync(logs, { recursive: true, force: true });
  const stack = await startLocalStack({ assembly, port, logs, warm: true, ...(data !== undefined && { data }) });
  running = stack;
  stack.failed.then(fail);
  if (!empty) progress("Loading the demo data");
  const demo = empty ? undefined : await loadDemo(stack);
  publish(stack, demo);
  stdout.write(banner(stack, demo, logs));
}

/** npm runs scripts through a shell that dies of a signal without passing it on. */
function stopWithParent(): void {
  const { ppid } = process;
  setInterval(() => {
    if (process.ppid !== ppid) void stop();
  }, 250).unref();
}

/** Tells the command line and the tests where everything is; written whole or not at all. */
function publish({ api, endpoints, queues, tables, functions, logFiles }: LocalStack, demo: Demo | undefined): void {
  const partial = `${stackFile}.partial`;
  writeFileSync(partial, `${JSON.stringify({ api, endpoints, queues, tables, functions, logFiles, demo }, null, 2)}\n`);
  renameSync(partial, stackFile);
}

/** While everything is still starting there is nothing to end in good order: the children die with this process. */
async function stop(): Promise<void> {
  if (running === undefined || stopping) exit(interrupted);
  stopping = true;
  progress("Stopping");
  await Promise.race([running.stop(), delay(2_500)]);
  exit(0);
}

function progress(step: string): void {
  stderr.write(`${step} …\n`);
}

function fail(error: unknown): never {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  exit(1);
}
