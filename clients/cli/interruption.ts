import process from "node:process";
import { exitCodes } from "./command-result.ts";
import { isNpmScript } from "./environment.ts";

/** npm passes on the Ctrl-C that the terminal has sent to everybody already: both are one. */
const sameInterruptionMs = 1_000;

const controller = new AbortController();
let endsAfter = Number.POSITIVE_INFINITY;

/** From this call on, the first interruption aborts the signal rather than the process; a second one ends that. */
export function interruption(): AbortSignal {
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

/** npm runs scripts through a shell that dies of a signal without passing it on. */
function interruptWithParent(): void {
  const { ppid } = process;
  const watch = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(watch);
    interrupt();
  }, 250).unref();
}
