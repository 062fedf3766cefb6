import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { auditLogIndex } from "#shared/audit/log-index.ts";
import { banner, type Demo } from "./banner.ts";
import { loadDemo } from "./demo/load.ts";
import { findJava } from "./emulators/java.ts";
import { environment, useUtc } from "./environment.ts";
import { lockFolder } from "./lock.ts";
import { logIdOf } from "./log-id.ts";
import { parseOptions, type StartOptions, usage } from "./options.ts";
import { startProgress } from "./progress.ts";
import { type LocalStack, startLocalStack } from "./stack.ts";
import { synthesize } from "./synthesize.ts";

const project = resolve(import.meta.dirname, "../..");
const folder = join(project, ".local");
const stackFile = join(folder, "stack.json");
/** All that a stack without a data folder leaves: it is removed when the next one starts. */
const memoryFolder = join(folder, "memory");

const interrupted = 130;

const progress = startProgress({ stream: stderr, now: () => performance.now() });
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

  // Logs belong to the data that they describe: an auditor who reads them must not see those of another stack.
  if (data === undefined) rmSync(memoryFolder, { recursive: true, force: true });
  const logs = join(data === undefined ? memoryFolder : resolve(data), "logs");
  progress.step("Synthesizing the stack and starting its engines");
  const assembly = synthesize({ project, assembly: join(folder, "cdk.out"), environment }).then((done) => {
    progress.step("Starting the functions");
    return done;
  });
  assembly.catch(() => {}); // handled where the stack awaits it, which is later
  const stack = await startLocalStack({ assembly, port, logs, warm: true, ...(data !== undefined && { data }) });
  running = stack;
  stack.failed.then(fail);
  if (!empty) progress.step("Loading the demo data");
  const demo = empty ? undefined : await loadDemo(stack);
  publishLogs(stack, logs);
  publish(stack, data, demo);
  progress.end();
  stdout.write(banner(stack, demo, logs));
}

/** npm runs scripts through a shell that dies of a signal without passing it on. */
function stopWithParent(): void {
  const { ppid } = process;
  setInterval(() => {
    if (process.ppid !== ppid) void stop();
  }, 500).unref();
}

/** Tells the command line and the tests where everything is; written whole or not at all. */
function publish(stack: LocalStack, data: string | undefined, demo: Demo | undefined): void {
  const { api, endpoints, queues, tables, functions, logFiles } = stack;
  const partial = `${stackFile}.partial`;
  const { pid } = process;
  const kept = data === undefined ? null : logIdOf(resolve(data));
  const found = { api, endpoints, queues, tables, functions, logFiles, pid, log_id: kept, demo };
  writeFileSync(partial, `${JSON.stringify(found, null, 2)}\n`);
  renameSync(partial, stackFile);
}

/** Writes down which files are the audit logs, so that they can be read when the stack has ended. */
function publishLogs({ logFiles: { events = "", access = "" } }: LocalStack, logs: string): void {
  mkdirSync(logs, { recursive: true });
  const files = { events: basename(events), access: basename(access) };
  writeFileSync(join(logs, auditLogIndex), `${JSON.stringify(files)}\n`);
}

/** While everything is still starting there is nothing to end in good order: the children die with this process. */
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
