import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { parseStackOutputs } from "#shared/platform/stack-outputs.ts";
import { activityLog, synthesisContext } from "./demo/activity-log.ts";
import { writeAuditLogIndex } from "./demo/audit-log-index.ts";
import { type DemoCredentials, renderBanner } from "./demo/banner.ts";
import { buildConsole, consoleFiles } from "./demo/console-site.ts";
import { loadDemoData } from "./demo/load-demo-data.ts";
import { renderStackEnv } from "./demo/stack-env.ts";
import { findJava } from "./emulators/java.ts";
import { environment, useUtc } from "./environment.ts";
import { lockFolder } from "./lock.ts";
import { getOrCreateLogId } from "./log-id.ts";
import { parseStartOptions, type StartOptions, usage } from "./options.ts";
import { startProgress } from "./progress.ts";
import { type LocalRuntime, startLocalRuntime } from "./runtime.ts";
import { synthesize } from "./synthesize.ts";

const project = resolve(import.meta.dirname, "../..");
const folder = join(project, ".local");
/** For the command line and the tests. */
const stackFile = join(folder, "stack.json");
/** For services that write events, and partner apps. */
const envFile = join(folder, "stack.env");
/** Files of a stack without a data folder. They are deleted when the next one starts. */
const memoryFolder = join(folder, "memory");
/** The pages of the console. */
const siteFolder = join(folder, "site");

const interrupted = 130;

const progress = startProgress({ stream: stderr, now: () => performance.now() });
let running: LocalRuntime | undefined;
let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);

const { PORT, npm_lifecycle_event: npmScript } = environment;
if (npmScript !== undefined) stopWithParent();

try {
  const options = parseStartOptions(argv.slice(2), PORT);
  if (options.help) stdout.write(usage);
  else await run(options);
} catch (error) {
  if (!stopping) fail(error);
}

async function run({ port, data, empty }: StartOptions): Promise<void> {
  await findJava();
  for (const taken of data === undefined ? [folder] : [folder, resolve(data)]) process.on("exit", lockFolder(taken));
  const unpublish = () => {
    for (const file of [stackFile, envFile]) rmSync(file, { force: true });
  };
  unpublish(); // a killed process may have left its files
  process.on("exit", unpublish);
  useUtc();

  // Logs belong to their data: an auditor must not see the lines of another stack.
  if (data === undefined) rmSync(memoryFolder, { recursive: true, force: true });
  const kept = data === undefined ? memoryFolder : resolve(data);
  const logs = join(kept, "logs");
  progress.step("Synthesizing the stack and starting the emulators");
  const output = join(folder, "cdk.out");
  const assembly = synthesize({ project, assembly: output, environment, context: synthesisContext }).then((done) => {
    progress.step("Starting the functions");
    return done;
  });
  assembly.catch(() => {}); // startLocalRuntime awaits it later
  const site = buildConsole(siteFolder);
  site.catch(() => {}); // awaited once the stack serves
  const stack = await startLocalRuntime({
    ...activityLog(join(kept, "anchors")),
    assembly,
    port,
    logs,
    warm: true,
    bucketFiles: consoleFiles(siteFolder),
    ...(data !== undefined && { data }),
  });
  running = stack;
  stack.failed.then(fail);
  if (!empty) progress.step("Loading the demo data");
  const demo = empty ? undefined : await loadDemoData(stack);
  await site;
  writeAuditLogIndex(stack, logs);
  publish(stack, data, demo);
  progress.end();
  stdout.write(renderBanner(stack, demo, logs));
}

/** Stops with the parent: npm runs scripts in a shell that exits on a signal without passing it on. */
function stopWithParent(): void {
  const { ppid } = process;
  setInterval(() => {
    if (process.ppid !== ppid) void stop();
  }, 500).unref();
}

/** Writes the addresses and names of the stack. */
function publish(stack: LocalRuntime, data: string | undefined, demo: DemoCredentials | undefined): void {
  const { api, endpoints, queues, tables, functions, logFiles } = stack;
  const { pid } = process;
  const kept = data === undefined ? null : getOrCreateLogId(resolve(data));
  const { trust } = parseStackOutputs(stack.outputs);
  const found = { api, endpoints, queues, tables, functions, trust, logFiles, pid, log_id: kept, demo };
  replaceFile(envFile, renderStackEnv(stack, demo));
  replaceFile(stackFile, `${JSON.stringify(found, null, 2)}\n`);
}

/** Replaces a file atomically: what waits for it never reads a part of it. */
function replaceFile(file: string, content: string): void {
  const partial = `${file}.partial`;
  writeFileSync(partial, content);
  renameSync(partial, file);
}

/** Stops the stack and exits. While it is still starting, exiting is enough: child processes end with this one. */
async function stop(): Promise<void> {
  progress.interrupt();
  if (running === undefined || stopping) exit(interrupted);
  stopping = true;
  stderr.write("Stopping …\n");
  await Promise.race([running.stop(), delay(2_500)]);
  exit(0);
}

function fail(error: unknown): never {
  progress.interrupt();
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  exit(1);
}
