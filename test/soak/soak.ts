import { setTimeout as delay } from "node:timers/promises";
import { until } from "#test/support/until.ts";
import { check, type Verdict } from "./checker.ts";
import { choicesOf } from "./choices.ts";
import { type FaultKind, faultKinds } from "./fault-log.ts";
import { SeededFaults } from "./faults.ts";
import { type Found, gather } from "./found.ts";
import { hostileWriter } from "./hostile.ts";
import { Ledger } from "./ledger.ts";
import type { SoakOptions } from "./options.ts";
import { OwnerLog, owner } from "./owners.ts";
import { newJournal } from "./pages.ts";
import { reader } from "./readers.ts";
import { readServerErrors } from "./server-errors.ts";
import { isTaken, owedEvents, settle } from "./settle.ts";
import { orgIds, startSoakStack } from "./stack.ts";
import { subscribeAll, untilTold } from "./subscribers.ts";
import { writer } from "./writers.ts";

export interface SoakPlan extends SoakOptions {
  /** Folder of the synthesized stack. */
  readonly assembly: string;
  /** Where data and logs go. */
  readonly folder: string;
  /** Functions that are not killed, and always hear what they asked. */
  readonly spares?: (functionName: string) => boolean;
  progress(text: string): void;
}

/** What a soak came to, and what it was judged by. */
export interface SoakOutcome {
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly verdicts: readonly Verdict[];
  readonly ledger: Ledger;
  readonly found: Found;
  /** Messages that were taken from dead-letter queues back to where they came from. */
  readonly redriven: number;
  /** Pages that were read while events were written, and answers 5xx that were asked for again. */
  readonly pages: number;
  readonly retried: number;
}

const readerCount = 2;
const progressEveryMs = 3_000;

/** Runs a stack under load and faults, waits until all has gone its way, and checks what became of it. */
export async function soak(plan: SoakPlan): Promise<SoakOutcome> {
  const { seconds, seed, writers, progress, spares = () => false } = plan;
  const choices = choicesOf(seed);
  const faults = new SeededFaults({ choices, spares, orgIds });
  const ledger = new Ledger();
  const journal = newJournal();
  const ownerLog = new OwnerLog();
  progress("starting the stack");
  const stack = await startSoakStack({ ...plan, faults });
  const subscribers = await subscribeAll(stack, choices);
  const tell = (doing: string) => () => {
    const owed = owedEvents(ledger, subscribers);
    const delivered = owed.filter(isTaken).length;
    const events = `${ledger.acceptedCount} accepted, ${delivered} of ${owed.length} delivered`;
    progress(`${doing}: ${events}, ${faults.log.total} faults injected`);
  };
  let told: NodeJS.Timeout | undefined;
  try {
    const writes = Array.from({ length: writers }, (_, at) => writer(stack, ledger, choices(`writer ${at}`)));
    await untilTold(subscribers, choices, async (event) => {
      ledger.sending(event);
      await writes[0]?.transact(event);
    });
    ledger.beginOwing();

    told = setInterval(tell("writing"), progressEveryMs);
    const reads = Array.from({ length: readerCount }, (_, at) =>
      reader(stack, ledger, choices(`reader ${at}`), journal),
    );
    const owners = subscribers.map((subscriber) =>
      owner(subscriber, choices(`owner of ${subscriber.org.org_id}`), ownerLog),
    );
    faults.begin(stack.restartDynamoDb);
    const broken = stack.failed.then((error) => Promise.reject(error));
    const hostile = hostileWriter(stack, ledger, choices("hostile writer"));
    const loaded = underLoad([...writes.map(({ run }) => run), hostile, ...reads, ...owners], seconds, () => {
      return faults.log.isComplete && ownerLog.isComplete;
    });
    await Promise.race([loaded, broken]);
    await faults.end();
    const { pages, retried } = journal;

    clearInterval(told);
    told = setInterval(tell("settling"), progressEveryMs);
    const redriven = await settle(stack, ledger, subscribers, ownerLog);
    const found = await gather(stack, subscribers, journal, ownerLog, () => readServerErrors(stack, faults.log));
    return {
      faults: new Map(faultKinds.map((kind) => [kind, faults.log.count(kind)])),
      verdicts: check(ledger, found),
      ledger,
      found,
      redriven,
      pages,
      retried,
    };
  } finally {
    clearInterval(told);
    await stack.stop();
    await Promise.all(subscribers.map(({ receiver }) => receiver.close()));
  }
}

type Run = (signal: AbortSignal) => Promise<void>;

/** Runs all for the given time, and longer until the run is complete: until everything that is checked has occurred. */
async function underLoad(runs: readonly Run[], seconds: number, isComplete: () => boolean): Promise<void> {
  const load = new AbortController();
  const loaded = Promise.all(runs.map((run) => run(load.signal)));
  const isMet = async () => {
    await delay(seconds * 1_000);
    await until(isComplete, { deadlineMs: 60_000 }).catch(() => {});
  };
  await Promise.race([isMet(), loaded]);
  load.abort();
  await loaded;
}
