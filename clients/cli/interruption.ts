import process from "node:process";
import { exitCodes } from "./command-result.ts";
import { isNpmChild } from "./environment.ts";

/** On Ctrl-C the terminal signals all processes, and npm forwards its signal: both count as one interruption. */
const debounceMs = 1_000;

const controller = new AbortController();
let forceExitAllowedAt = Number.POSITIVE_INFINITY;

/**
 * Installs handlers for SIGINT, SIGTERM and SIGHUP, and returns a signal that the first interruption aborts, so that the
 * command can stop cleanly. A second interruption exits immediately.
 */
export function installSignalHandlers(): AbortSignal {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, handleSignal);
  if (isNpmChild) interruptOnParentExit();
  return controller.signal;
}

/** Aborts the signal, as an interruption does. */
export function interrupt(): void {
  controller.abort();
}

function handleSignal(): void {
  if (performance.now() > forceExitAllowedAt) process.exit(exitCodes.failed);
  forceExitAllowedAt = Math.min(forceExitAllowedAt, performance.now() + debounceMs);
  interrupt();
}

/** A signal sent to npm alone reaches only the shell that runs the script, which exits without forwarding it. */
function interruptOnParentExit(): void {
  const { ppid } = process;
  const timer = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(timer);
    interrupt();
  }, 250).unref();
}
