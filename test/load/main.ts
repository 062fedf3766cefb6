import { argv, exit, stdout } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { deliver } from "./deliver.ts";
import { emitBesideDeadEndpoint } from "./emit.ts";
import { offer } from "./offer.ts";
import { type RunningStack, runStack } from "./running-stack.ts";

const usage = `npm run load -- STEP...

Runs the local stack as a process of its own and puts load on it, step by step; each step prints one line of JSON.
  offer:RATE:SECONDS    sends RATE events a second, and waits until each is stored
  deliver:RATE:SECONDS  commits RATE events a second of ten organisations, and waits for the webhook of each
  emit:EVENTS           runs "activity emit --wait" beside two webhook endpoints, one of which is unreachable
  idle:SECONDS          waits, and reports the processor time of the idle stack
`;

let run = 0;

/** Runs one step and returns its measures. */
async function step(stack: RunningStack, [kind, ...numbers]: readonly string[]): Promise<object> {
  const [first = 0, second = 0] = numbers.map(Number);
  run += 1;
  switch (kind) {
    case "offer":
      return offer(stack, { perSecond: first, seconds: second, organisations: 10, name: `run${run}` });
    case "deliver":
      return deliver(stack, { perSecond: first, seconds: second, organisations: 10, name: `run${run}` });
    case "emit":
      return emitBesideDeadEndpoint(stack, first);
    case "idle":
      return idle(stack, first);
    default:
      throw new Error(`Unknown step '${kind}'.\n${usage}`);
  }
}

async function idle(stack: RunningStack, seconds: number): Promise<object> {
  const before = stack.processorTime();
  await sleep(seconds * 1_000);
  const after = stack.processorTime();
  const share = (used: number) => `${((100 * used) / seconds).toFixed(2)} % of a core`;
  return { node: share(after.node - before.node), java: share(after.java - before.java) };
}

const steps = argv.slice(2);
if (steps.length === 0) {
  stdout.write(usage);
  exit(2);
}
const stack = await runStack();
const report = (name: string, measured: object) =>
  stdout.write(`${JSON.stringify({ step: name, ...measured, megabytes: stack.memory() })}\n`);
try {
  report("start", { seconds: Math.round(stack.startSeconds * 10) / 10 });
  for (const name of steps) report(name, await step(stack, name.split(":")));
} finally {
  await stack.stop();
}
exit(0);
