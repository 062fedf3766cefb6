import { ActivityError } from "#shared/errors.ts";
import { appendMissing, type ReconcileOptions } from "./append-missing.ts";
import { compareEntries, listEntries, readEvents } from "./compare-log.ts";
import type { ReconcilePorts } from "./ports.ts";
import { createRun, type ReconcileRun, type RunKey, type StoredRun } from "./reconcile-run.ts";

/** After this time a run that was left is begun anew: too much may have changed. */
const maxRunAgeMs = 24 * 3_600_000;

type Budget = { readonly deadline: number };

/**
 * Compares a log with its events and appends what is missing, until the deadline. Returns the run, which the next call
 * continues if its step is not `done`. Throws `ActivityError` `conflict` if another call continues the same run, and
 * `DamagedChunkError`.
 */
export async function reconcileLog(
  log: string,
  ports: ReconcilePorts,
  { deadline, ...options }: ReconcileOptions & Budget,
): Promise<ReconcileRun> {
  const key = { log, isDryRun: options.isDryRun };
  const isOver = () => ports.now().getTime() >= deadline;
  const stored = await getRun(key, ports);
  const run = stored?.run ?? createRun(ports.now());
  do await nextStep(run, log, ports, { ...options, isOver });
  while (run.step !== "done" && !isOver());
  await keepRun(key, { run, version: stored?.version ?? 0 }, ports);
  return run;
}

async function nextStep(
  run: ReconcileRun,
  log: string,
  ports: ReconcilePorts,
  options: ReconcileOptions & { isOver(): boolean },
): Promise<void> {
  switch (run.step) {
    case "events":
      return readEvents(run, log, ports);
    case "entries":
      return compareEntries(run, log, ports);
    case "list":
      return listEntries(run, log, ports);
    case "append":
      return appendMissing(run, log, ports, options);
    case "done":
      return;
  }
}

async function getRun(key: RunKey, { runs, now }: ReconcilePorts): Promise<StoredRun | null> {
  const stored = await runs.get(key);
  if (stored === null) return null;
  const ageMs = now().getTime() - Date.parse(stored.run.startedAt);
  return ageMs < maxRunAgeMs ? stored : { ...stored, run: createRun(now()) };
}

/** Stores the run for the next call. A run that needs one call only is never stored. */
async function keepRun(key: RunKey, { run, version }: StoredRun, { runs }: ReconcilePorts): Promise<void> {
  if (run.step === "done") {
    if (version > 0) await runs.delete(key, version);
    return;
  }
  if (await runs.put(key, { run, version: version + 1 })) return;
  throw new ActivityError("conflict", `Another call reconciles ${key.log}. Wait until it is done.`);
}
