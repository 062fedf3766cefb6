import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { finished } from "node:stream/promises";

export type Program = {
  /** Title for error messages, such as "Deploy the stack". */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its complete environment: nothing is inherited. */
  readonly variables: Readonly<Record<string, string>>;
  /** File for its output. */
  readonly log: string;
  readonly timeoutMs: number;
};

/** Running process groups. Each program is the leader of its own group. */
const groups = new Set<number>();

/** Ends all programs of `start` with their child processes. Safe to call at any time. */
export function endAll(): void {
  for (const group of groups) signalGroup(group, "SIGKILL");
  groups.clear();
}

/** A program that runs in the background. */
export type Running = {
  /** Resolves to its exit code; `null` if a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends its process group, with SIGKILL after five seconds. */
  stop(): Promise<void>;
};

/** Starts a program as the leader of a new process group. Throws if it cannot be started. */
export async function start({ command, args, variables, log }: Omit<Program, "title" | "timeoutMs">): Promise<Running> {
  const output = createWriteStream(log);
  await once(output, "open");
  const child = spawn(command, args, { env: variables, detached: true, stdio: ["ignore", output, output] });
  await once(child, "spawn");
  const { pid: group } = child;
  if (group === undefined) throw new Error(`${command} has no process id.`);
  groups.add(group);
  const ended = once(child, "exit").then(async ([code]) => {
    output.end();
    await finished(output);
    return typeof code === "number" ? code : null;
  });
  const stop = async () => {
    signalGroup(group, "SIGTERM");
    const force = setTimeout(() => signalGroup(group, "SIGKILL"), 5_000);
    await ended;
    clearTimeout(force);
    // The leader has ended, but its child processes may still run.
    signalGroup(group, "SIGKILL");
    groups.delete(group);
  };
  return { ended, stop };
}

/**
 * Runs a program until it ends. Throws with the end of its output if it times out, or exits with another code than
 * `okCodes`.
 */
export async function run(program: Program, okCodes: readonly number[] = [0]): Promise<void> {
  const { title, log, timeoutMs } = program;
  const running = await start(program);
  const timer = new AbortController();
  const tooLong = once(AbortSignal.any([timer.signal, AbortSignal.timeout(timeoutMs)]), "abort").then(() => "too long");
  const code = await Promise.race([running.ended, tooLong]);
  timer.abort();
  await running.stop();
  if (typeof code === "number" && okCodes.includes(code)) return;
  const reason = code === "too long" ? `did not end within ${timeoutMs / 1_000} s` : `failed with exit code ${code}`;
  throw new Error(`${title}: ${reason}. The end of ${log}:\n${await endOf(log)}`);
}

/** Returns the last lines of a log. */
export async function endOf(log: string): Promise<string> {
  return (await readFile(log, "utf8")).trimEnd().split("\n").slice(-40).join("\n");
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // The whole group has ended.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
