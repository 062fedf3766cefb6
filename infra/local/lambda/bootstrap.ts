// What runs inside an environment: loads the handler, then answers one invocation at a time.
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { FromEnvironment, Invocation, Start } from "./environment.ts";

const port = parentPort;
if (port === null) throw new Error("bootstrap.ts is the program of a worker thread.");
const tell = (message: FromEnvironment) => port.postMessage(message);

for (const event of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(event, (reason: unknown) => {
    const error = event === "unhandledRejection" ? unhandled(reason) : described(reason);
    tell({ kind: "fatal", error });
    process.exit(128);
  });
}

try {
  const { folder, handler }: Start = workerData;
  const run = await loadHandler(folder, handler);
  port.on("message", async ({ payload, deadline, context }: Invocation) => {
    try {
      const getRemainingTimeInMillis = () => Math.max(0, deadline - Date.now());
      const result: unknown = await run(JSON.parse(payload), { ...context, getRemainingTimeInMillis });
      tell({ kind: "result", payload: JSON.stringify(result) ?? "null" });
    } catch (error) {
      tell({ kind: "error", error: described(error) });
    }
  });
  tell({ kind: "ready" });
} catch (error) {
  tell({ kind: "fatal", error: described(error) });
}

async function loadHandler(folder: string, handler: string): Promise<(event: unknown, context: unknown) => unknown> {
  const dot = handler.lastIndexOf(".");
  const [file, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const path = [".mjs", ".js", ".cjs"].map((extension) => join(folder, file + extension)).find(existsSync);
  if (path === undefined) throw named("Runtime.ImportModuleError", `Error: Cannot find module '${file}'`);
  const loaded: Record<string, unknown> = await import(pathToFileURL(path).href);
  const run = loaded[name];
  if (typeof run !== "function") {
    throw named("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  return (event, context) => Reflect.apply(run, undefined, [event, context]);
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function unhandled(reason: unknown) {
  const { errorMessage, trace } = described(reason);
  return { errorType: "Runtime.UnhandledPromiseRejection", errorMessage, trace };
}

function described(error: unknown) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}
