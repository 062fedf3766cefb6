import { setTimeout as delay } from "node:timers/promises";
import { until } from "#test/support/until.ts";
import { createHostileWriter } from "./actors/hostile-writer.ts";
import { createOwner, OwnerLog } from "./actors/owners.ts";
import { createReaderJournal } from "./actors/pages.ts";
import { createReader } from "./actors/readers.ts";
import { subscribeAll, untilAllReceived } from "./actors/subscribers.ts";
import { LogReader, verifyLogs } from "./actors/verifiers.ts";
import { createWriter } from "./actors/writers.ts";
import type { CheckResult } from "./checks/check-result.ts";
import { runChecks } from "./checks/checks.ts";
import { readServerErrors } from "./checks/server-errors.ts";
import { collectResult, type SoakResult } from "./checks/soak-result.ts";
import { createChoices } from "./faults/choices.ts";
import { type FaultKind, faultKinds } from "./faults/fault-log.ts";
import { SeededFaults } from "./faults/seeded-faults.ts";
import type { SoakOptions } from "./options.ts";
import { isAccepted, listOwedEvents, settle } from "./settle.ts";
import { orgIds, startSoakStack } from "./stack.ts";
import { Submissions } from "./submissions.ts";

export type SoakPlan = SoakOptions & {
  /** Folder of the synthesized stack. */
  readonly assembly: string;
  /** Where data and logs go. */
  readonly folder: string;
  /** Functions that are never killed and whose responses are never dropped. */
  readonly spares?: (functionName: string) => boolean;
  progress(text: string): void;
};

/** The result of a soak test and its checks. */
export type SoakOutcome = {
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly checkResults: readonly CheckResult[];
  readonly submissions: Submissions;
  readonly found: SoakResult;
  /** Messages that were moved from dead-letter queues back to their source queue. */
  readonly redriven: number;
  /** Pages read while events were written, and requests that were retried after a 5xx. */
  readonly pages: number;
  readonly retried: number;
};

const readerCount = 2;
const progressEveryMs = 3_000;

/** Writers pause while more deliveries are outstanding. */
const maxUndelivered = 150;

/** Runs a stack under load and injected faults, waits until everything is processed, and runs the checks. */
export async function soak(plan: SoakPlan): Promise<SoakOutcome> {
  const { seconds, seed, writers, progress, spares = () => false } = plan;
  const choices = createChoices(seed);
  const faults = new SeededFaults({ choices, spares, orgIds });
  const submissions = new Submissions();
  const journal = createReaderJournal();
  const ownerLog = new OwnerLog();
  progress("starting the stack");
  const stack = await startSoakStack({ ...plan, faults });
  const subscribers = await subscribeAll(stack, choices);
  const logReaders = new Map(stack.orgs.map((org) => [org.org_id, new LogReader(stack.api, org, journal)]));
  const undelivered = () => listOwedEvents(submissions, subscribers).filter((owed) => !isAccepted(owed)).length;
  const missing = () => [...faults.log.missing, ...ownerLog.missing];
  const reportProgress = (doing: string) => () => {
    const events = `${submissions.acceptedCount} accepted, ${undelivered()} not delivered yet`;
    const awaited = missing().length === 0 ? "" : `, not occurred yet: ${missing().join(", ")}`;
    progress(`${doing}: ${events}, ${faults.log.total} faults injected${awaited}`);
  };
  let progressTimer: NodeJS.Timeout | undefined;
  try {
    const isBehind = () => undelivered() > maxUndelivered;
    const writes = Array.from({ length: writers }, (_, at) =>
      createWriter(stack, submissions, choices(`writer ${at}`), isBehind),
    );
    await untilAllReceived(subscribers, choices, async (event) => {
      submissions.recordSending(event);
      await writes[0]?.transact(event);
    });
    submissions.requireDeliveryFromNow();
    const older = new Map<string, string | null>();
    for (const [org, reader] of logReaders) older.set(org, await reader.getCheckpoint());

    progressTimer = setInterval(reportProgress("writing"), progressEveryMs);
    const reads = Array.from({ length: readerCount }, (_, at) =>
      createReader(stack, submissions, choices(`reader ${at}`), journal),
    );
    const owners = subscribers.map((subscriber) =>
      createOwner(subscriber, choices(`owner of ${subscriber.org.org_id}`), ownerLog),
    );
    faults.begin(stack.restartDynamoDb);
    const broken = stack.failed.then((error) => Promise.reject(error));
    const hostile = createHostileWriter(stack, submissions, choices("hostile writer"));
    const loaded = underLoad([...writes.map(({ run }) => run), hostile, ...reads, ...owners], seconds, () => {
      return missing().length === 0;
    });
    await Promise.race([loaded, broken]);
    await faults.end();
    const { pages, retried } = journal;

    clearInterval(progressTimer);
    progressTimer = setInterval(reportProgress("settling"), progressEveryMs);
    const redriven = await settle(stack, submissions, subscribers, ownerLog);
    const verify = () => verifyLogs(logReaders, older, choices("proofs"));
    const serverErrors = () => readServerErrors(stack, faults.log);
    const found = await collectResult(stack, subscribers, journal, ownerLog, serverErrors, verify);
    return {
      faults: new Map(faultKinds.map((kind) => [kind, faults.log.count(kind)])),
      checkResults: runChecks(submissions, found),
      submissions,
      found,
      redriven,
      pages,
      retried,
    };
  } finally {
    clearInterval(progressTimer);
    await stack.stop();
    await Promise.all(subscribers.map(({ receiver }) => receiver.close()));
  }
}

type Run = (signal: AbortSignal) => Promise<void>;

/** Runs all for the given time, and longer until every fault and call that is checked has occurred. */
async function underLoad(runs: readonly Run[], seconds: number, isComplete: () => boolean): Promise<void> {
  const controller = new AbortController();
  const loaded = Promise.all(runs.map((run) => run(controller.signal)));
  const isMet = async () => {
    await delay(seconds * 1_000);
    await until(isComplete, { deadlineMs: 180_000 }).catch(() => {});
  };
  await Promise.race([isMet(), loaded]);
  controller.abort();
  await loaded;
}
