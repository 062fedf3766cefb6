import process from "node:process";
import { exitCodes } from "./command-result.ts";
import { isNpmScript } from "./environment.ts";

/** npm forwards the Ctrl-C that the terminal has already sent to all processes: both count as one. */
const sameInterruptionMs = 1_000;

const controller = new AbortController();
let endsAfter = Number.POSITIVE_INFINITY;

/** From this call on, the first interruption aborts the signal instead of the process; a second one ends the process. */
export function interruptionSignal(): AbortSignal {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, interruptByHand);
  if (isNpmScript) interruptWithParent();
  return controller.signal;
}

export function interrupt(): void {
  controller.abort();
}

function interruptByHand(): void {
  if (performance.now() > endsAfter) process.exit(exitCodes.failed);
  endsAfter = Math.min(endsAfter, performance.now() + sameInterruptionMs);
  interrupt();
}

/** npm runs scripts in a shell that ends on a signal without forwarding it. */
function interruptWithParent(): void {
  const { ppid } = process;
  const watch = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(watch);
    interrupt();
  }, 250).unref();
}
