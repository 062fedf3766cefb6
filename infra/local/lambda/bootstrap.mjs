// What runs inside an environment: loads the handler, then answers one invocation at a time. Plain JavaScript, as each
// thread that strips types loads a compiler of its own for it: 10 MB more for every environment.
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

/** @param {import("./execution-environment.ts").FromEnvironment} message */
const tell = (message) => parentPort.postMessage(message);

for (const event of ["unhandledRejection", "uncaughtException"]) {
  process.on(event, (reason) => {
    const error = event === "unhandledRejection" ? unhandled(reason) : described(reason);
    tell({ kind: "fatal", error });
    process.exit(128);
  });
}

try {
  const { folder, handler } = workerData;
  const run = await loadHandler(folder, handler);
  parentPort.on("message", async ({ payload, deadline, context }) => {
    try {
      const getRemainingTimeInMillis = () => Math.max(0, deadline - Date.now());
      const result = await run(JSON.parse(payload), { ...context, getRemainingTimeInMillis });
      tell({ kind: "result", payload: JSON.stringify(result) ?? "null" });
    } catch (error) {
      tell({ kind: "error", error: described(error) });
    }
  });
  tell({ kind: "ready" });
} catch (error) {
  tell({ kind: "fatal", error: described(error) });
}

async function loadHandler(folder, handler) {
  const dot = handler.lastIndexOf(".");
  const [file, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const path = [".mjs", ".js", ".cjs"].map((extension) => join(folder, file + extension)).find(existsSync);
  if (path === undefined) throw named("Runtime.ImportModuleError", `Error: Cannot find module '${file}'`);
  const loaded = await import(pathToFileURL(path).href);
  const run = loaded[name];
  if (typeof run !== "function") {
    throw named("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  return (event, context) => Reflect.apply(run, undefined, [event, context]);
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

function unhandled(reason) {
  const { errorMessage, trace } = described(reason);
  return { errorType: "Runtime.UnhandledPromiseRejection", errorMessage, trace };
}

function described(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}
