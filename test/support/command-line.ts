import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execPath } from "node:process";
import { afterAll } from "vitest";
import type { LocalRuntime } from "#infra/local/runtime.ts";
import { parseStackOutputs } from "#shared/platform/stack-outputs.ts";

export type EndedProcess = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A running process of the command line. */
export type RunningProcess = {
  readonly ended: Promise<EndedProcess>;
  /** Returns its output so far. */
  written(): Pick<EndedProcess, "stdout" | "stderr">;
  signal(name: NodeJS.Signals): void;
};

export type CommandLine = {
  /** Working directory of the commands. */
  readonly folder: string;
  start(args: readonly string[], options?: { input?: string; env?: Record<string, string> }): RunningProcess;
  /** Runs a command until it ends. */
  run(args: readonly string[], options?: { input?: string; env?: Record<string, string> }): Promise<EndedProcess>;
  /** Runs a command with `--json`, and returns the parsed document. */
  json(args: readonly string[]): Promise<Record<string, unknown>>;
  /** Returns all events of an organisation from `list --all`. */
  listAll(reader: { org_id: string; token: string }): Promise<{ event_id: string; entity_id: string }[]>;
};

/** The stack file of a working directory, to name it. */
export const localStackFile: string = join(".local", "stack.json");

/** Returns the content of the stack file that `npm start` writes, with overrides. */
export function stackFile(
  { api, endpoints, queues, tables, functions, logFiles, outputs }: LocalRuntime,
  changed: object = {},
): object {
  const { trust } = parseStackOutputs(outputs);
  return { api, endpoints, queues, tables, functions, trust, logFiles, pid: process.pid, ...changed };
}

/** Node's compile cache: without it, most commands spend half of their time on compilation. */
const compiled = { NODE_COMPILE_CACHE: resolve("node_modules/.cache/activity-log-tests") };

/** Creates a command line in a temporary folder, with a stack file of a local stack if given. */
export function commandLine(stack: object | null): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  if (stack !== null) {
    mkdirSync(join(folder, ".local"));
    writeFileSync(join(folder, localStackFile), JSON.stringify(stack));
  }
  const main = resolve("clients/cli/main.ts");

  const start: CommandLine["start"] = (args, { input = "", env = {} } = {}) => {
    // Does not inherit the environment of the tests, such as colours and AWS credentials.
    const child = spawn(execPath, [main, ...args], { cwd: folder, env: { ...compiled, ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.stdin.end(input);
    const ended = new Promise<EndedProcess>((settle) => child.on("close", (code) => settle({ code, stdout, stderr })));
    return { ended, written: () => ({ stdout, stderr }), signal: (name) => child.kill(name) };
  };

  const run: CommandLine["run"] = (args, options) => start(args, options).ended;

  return {
    folder,
    start,
    run,
    async json(args) {
      const { stdout, stderr } = await run([...args, "--json"]);
      if (stdout === "") throw new Error(`The command wrote nothing to stdout: ${stderr}`);
      return JSON.parse(stdout);
    },
    async listAll({ org_id, token }) {
      const env = { ACTIVITY_TOKEN: token, ACTIVITY_STACK: localStackFile };
      const { stdout } = await run(["list", "--all", "--json", "--org", org_id], { env });
      return JSON.parse(stdout).events;
    },
  };
}
