import { ActivityError } from "#shared/errors.ts";
import { orgIdPattern } from "#shared/events/limits.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { ReconcileOptions } from "./append-missing.ts";
import type { ReconcilePorts } from "./ports.ts";
import { reconcileLog } from "./reconcile-log.ts";
import type { ReconciledOrg, ReconcileRequest, ReconcileResponse } from "./reconcile-request.ts";
import type { ReconcileRun } from "./reconcile-run.ts";

/** No step is started after this time, well before the function and its caller time out. */
const budgetMs = 10_000;

/** Approximate limit of a response: it must fit into a log line of the audit log. */
const maxReported = 1_000;

/** The stream keeps records for 24 hours, and the sequencer gets them until then. */
const minOlderThanMs = 25 * 3_600_000;

export type ReconcileOrgsPorts = ReconcilePorts & {
  /** Lists all organisations. */
  listOrgIds(): Promise<readonly string[]>;
};

/**
 * Appends events to the logs that lack them. Each call compares some organisations, or a part of one, and returns where to
 * continue; calls may be repeated. An organisation whose log is damaged does not stop the others. Throws `ActivityError`
 * `invalid_value`, `conflict` and `unavailable`.
 */
export async function reconcileOrgs(ports: ReconcileOrgsPorts, request: ReconcileRequest): Promise<ReconcileResponse> {
  const now = ports.now().getTime();
  const options = toOptions(request, now);
  const all = await listOrgs(ports, request);
  const { cursor } = request;
  const pending = cursor === null ? all : all.filter((orgId) => orgId >= cursor);
  const deadline = now + budgetMs;
  const orgs: ReconciledOrg[] = [];
  const toResponse = (next: string | null, done: number): ReconcileResponse => ({
    reconcile: { orgs, next, progress: done / Math.max(1, all.length) },
  });
  for (const orgId of pending) {
    const isFull = ports.now().getTime() >= deadline || orgs.length >= maxReported;
    if (isFull) return toResponse(orgId, all.indexOf(orgId));
    const org = await reconcileOrg(ports, orgId, { ...options, deadline });
    orgs.push(org);
    if (org.outcome === "running") return toResponse(orgId, all.indexOf(orgId) + org.progress);
  }
  return toResponse(null, all.length);
}

function toOptions({ older_than_ms, dry_run, notify }: ReconcileRequest, now: number): ReconcileOptions {
  if (older_than_ms < minOlderThanMs) {
    const message = "Events must be at least 25 hours old: younger ones may still be in the stream of the sequencer.";
    throw new ActivityError("invalid_value", message, { field: "older_than_ms" });
  }
  return { isDryRun: dry_run, notifies: notify, recordedBefore: new Date(now - older_than_ms).toISOString() };
}

async function listOrgs(ports: ReconcileOrgsPorts, { org_id }: ReconcileRequest): Promise<readonly string[]> {
  if (org_id === null) return (await ports.listOrgIds()).toSorted();
  if (orgIdPattern.test(org_id)) return [org_id];
  throw new ActivityError("invalid_value", "The organisation is not a valid id.", { field: "org_id" });
}

async function reconcileOrg(
  ports: ReconcilePorts,
  orgId: string,
  options: ReconcileOptions & { readonly deadline: number },
): Promise<ReconciledOrg> {
  try {
    const run = await reconcileLog(orgId, ports, options);
    const { events, missing, tooYoung: too_young, unreadable } = run.counts;
    const counts = { events, missing, too_young, unreadable };
    const outcome = run.step === "done" ? "done" : "running";
    return { org_id: orgId, outcome, reason: null, ...counts, progress: progressOf(run) };
  } catch (error) {
    if (!(error instanceof DamagedChunkError)) throw error;
    const counts = { events: 0, missing: 0, too_young: 0, unreadable: 0 };
    return { org_id: orgId, outcome: "failed", reason: error.message, ...counts, progress: 0 };
  }
}

/** The share that each step takes of a run in which some ranges differ, approximately. */
const shares = { events: 0.5, entries: 0.15, list: 0.05, append: 0.3 } as const;

/** Returns the completed share of a run, as far as it is known: how many events are left is not, only how long ago they were. */
function progressOf({ step, after, ranges, differing, startedAt }: ReconcileRun): number {
  switch (step) {
    case "events":
      return shares.events * shareOfTime(ranges[0]?.first.occurred_at, after?.occurred_at, startedAt);
    case "entries":
      return shares.events;
    case "list":
    case "append":
      return 1 - shares.append * (ranges.length / Math.max(1, differing));
    case "done":
      return 1;
  }
}

function shareOfTime(first = "", current = "", last: string): number {
  const [start = 0, at = 0, end = 0] = [first, current, last].map((time) => Date.parse(time));
  return end > start && at >= start ? (at - start) / (end - start) : 0;
}
