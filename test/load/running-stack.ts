import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execPath } from "node:process";
import * as z from "zod";

const project = resolve(import.meta.dirname, "../..");

/** Linux reports the processor time of a process in hundredths of a second. */
const ticksPerSecond = 100;

const Stack = z.object({
  api: z.string(),
  endpoints: z.object({ dynamodb: z.string(), sqs: z.string() }),
  queues: z.object({ ingest: z.string(), ingest_dead_letters: z.string() }),
  tables: z.object({ events: z.string() }),
});

/** Resource use of the two processes of a stack: the runtime with its functions, and DynamoDB Local. */
export type Use = {
  readonly node: number;
  readonly java: number;
};

export interface RunningStack extends z.infer<typeof Stack> {
  readonly startSeconds: number;
  /** Resident memory now, in megabytes. */
  memory(): Use;
  /** Processor time since the start, in seconds. */
  processorTime(): Use;
  stop(): Promise<void>;
}

/** Runs `npm start` with an empty log in a separate process, and waits until it is ready. */
export async function runStack(): Promise<RunningStack> {
  const started = performance.now();
  const child = spawn(execPath, ["--optimize-for-size", "infra/local/main.ts", "--port", "0", "--empty"], {
    cwd: project,
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill());
  await saysThatItServes(child);
  const startSeconds = (performance.now() - started) / 1_000;
  const node = child.pid ?? 0;
  const java = childrenOf(node).find((pid) => status(pid, "Name") === "java") ?? 0;
  return {
    ...Stack.parse(JSON.parse(readFileSync(join(project, ".local/stack.json"), "utf8"))),
    startSeconds,
    memory: () => ({ node: residentMegabytes(node), java: residentMegabytes(java) }),
    processorTime: () => ({ node: processorSeconds(node), java: processorSeconds(java) }),
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function saysThatItServes(child: ChildProcess): Promise<void> {
  let output = "";
  for await (const chunk of child.stdout ?? []) {
    output += chunk;
    if (output.includes("serves at")) break;
  }
  if (!output.includes("serves at")) throw new Error("The stack did not start.");
  child.stdout?.resume();
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => status(pid, "PPid") === String(parent));
}

/** Returns a line of the process status; `undefined` if the process has ended. */
function status(pid: number, name: string): string | undefined {
  try {
    return new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

function residentMegabytes(pid: number): number {
  return Math.round(Number(status(pid, "VmRSS")) / 1_024);
}

function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
