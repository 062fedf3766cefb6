import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { execPath } from "node:process";
import { until } from "./until.ts";

/** A running program of `examples/`. */
export type RunningExample = {
  readonly url: string;
  /** Ends it immediately, as a crash does. */
  kill(): Promise<void>;
};

/** Starts an example in a folder and waits until it listens. */
export async function startExample(
  name: string,
  { folder, port, env }: { folder: string; port: number; env: Readonly<Record<string, string>> },
): Promise<RunningExample> {
  const child = spawn(execPath, [resolve("examples", name, "main.ts")], {
    cwd: folder,
    env: { ...env, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  await until(() => {
    if (child.exitCode !== null) throw new Error(`The example ${name} has exited: ${output}`);
    return output.includes(url);
  });
  return { url, kill: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Returns a port that is free at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  server.close();
  await once(server, "close");
  return address.port;
}
