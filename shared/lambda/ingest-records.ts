import type { SQSRecord } from "aws-lambda";
import { type AppendStore, append } from "../events/append.ts";
import { type AttemptHistory, defectSeconds, deferralSeconds, maxDefects } from "../events/deferral.ts";
import { ActivityError } from "../events/errors.ts";
import type { OrgHolds } from "../events/org-holds.ts";
import { parseOrgId } from "../events/org-id.ts";
import { readEventText } from "../events/read-event.ts";
import { calling, isKeyThrottled } from "../store/faults.ts";
import { originalMessageId, parseHistory } from "./attempt-history.ts";
import type { DeadMessage, DeferredMessage, IngestQueue } from "./ingest-queue.ts";
import { errorFields, log } from "./log.ts";
import { type Metric, metrics } from "./names.ts";
import type { RejectedQueue } from "./rejected.ts";

export type IngestPorts = {
  readonly store: AppendStore;
  readonly queue: IngestQueue;
  readonly rejected: RejectedQueue;
  readonly holds: OrgHolds;
  now(): Date;
  random(): number;
};

/** What became of a record. A failure of the rejected queue leaves its record to the ingest queue. */
export type RecordOutcome = {
  readonly metric: Metric | null;
  /** Whether the record must be given back to the queue. */
  readonly isFailed: boolean;
  /** Since when the event waits. */
  readonly firstSentMs: number;
};

type Result =
  | { readonly kind: "done"; readonly metric: Metric }
  | { readonly kind: "throttled" | "unavailable" }
  | { readonly kind: "defect"; readonly error: unknown }
  | { readonly kind: "left"; readonly error: unknown };

type Handled = { readonly record: SQSRecord; readonly history: AttemptHistory; readonly result: Result };

/**
 * Stores the events of a batch, each by itself. An event that is refused goes to the rejected queue; one that a
 * transient failure keeps from being stored goes back into the queue, as often as it takes; one that meets a defect
 * does so a few times, and is then a dead letter. What is still under way at `deadline` is deferred as well: storing it
 * again is a repeat.
 */
export async function ingestRecords(
  ports: IngestPorts,
  records: readonly SQSRecord[],
  deadline: Promise<unknown>,
): Promise<readonly RecordOutcome[]> {
  const late = deadline.then((): Result => ({ kind: "unavailable" }));
  const handled = await Promise.all(
    records.map(async (record): Promise<Handled> => {
      const result = await Promise.race([ingestOne(ports, record), late]);
      return { record, history: parseHistory(record), result };
    }),
  );
  const unsent = await sendOn(ports, handled);
  return handled.map(({ record, history, result }) => ({
    metric: metricOf(result),
    isFailed: result.kind === "left" || unsent.has(record),
    firstSentMs: history.firstSentMs,
  }));
}

async function ingestOne(ports: IngestPorts, record: SQSRecord): Promise<Result> {
  const { store, holds, now, random } = ports;
  let orgId: string | null = null;
  try {
    const draft = readEventText(record.body, { now: now(), entropy: record.body });
    orgId = draft.event.org_id;
    if (holds.isHeld(orgId, now().getTime())) return { kind: "throttled" };
    const outcome = await append(store, draft);
    holds.stored(orgId, now().getTime());
    return { kind: "done", metric: outcome === "appended" ? metrics.eventsAppended : metrics.eventsRepeated };
  } catch (error) {
    if (!(error instanceof ActivityError)) return { kind: "defect", error };
    if (error.code !== "unavailable") return rejectRecord(ports, record, error);
    if (orgId === null || !isKeyThrottled(error)) return { kind: "unavailable" };
    const hold = holds.throttled(orgId, now().getTime(), random());
    if (hold !== null) {
      log("warn", "organisation throttled", {
        org_id: orgId,
        failures: hold.failures,
        wait_ms: Math.round(hold.waitMs),
      });
    }
    return { kind: "throttled" };
  }
}

async function rejectRecord({ rejected }: IngestPorts, record: SQSRecord, reason: ActivityError): Promise<Result> {
  const messageId = originalMessageId(record);
  try {
    await calling(rejected.reject({ ...record, messageId }, reason));
  } catch (error) {
    const isTransient = error instanceof ActivityError && error.code === "unavailable";
    return { kind: isTransient ? "left" : "defect", error };
  }
  log("warn", "event rejected", { message_id: messageId, code: reason.code });
  return { kind: "done", metric: metrics.eventsRejected };
}

/** Sends on what is not done: back into the queue, or to the dead letters. Returns the records that were not sent. */
async function sendOn({ queue, random }: IngestPorts, handled: readonly Handled[]): Promise<Set<SQSRecord>> {
  const deferred = new Map<DeferredMessage, SQSRecord>();
  const dead = new Map<DeadMessage, SQSRecord>();
  for (const { record, history, result } of handled) {
    const message = { body: record.body, orgId: parseOrgId(record.body), messageId: originalMessageId(record) };
    if (result.kind === "throttled" || result.kind === "unavailable") {
      const delaySeconds = deferralSeconds(history, random());
      deferred.set({ ...message, delaySeconds, history: { ...history, deferrals: history.deferrals + 1 } }, record);
    }
    if (result.kind !== "defect" && result.kind !== "left") continue;
    const defects = history.defects + (result.kind === "defect" ? 1 : 0);
    logFailure(record, defects, result.error);
    if (result.kind === "left") continue;
    if (defects < maxDefects) {
      const delaySeconds = defectSeconds(history, random());
      deferred.set({ ...message, delaySeconds, history: { ...history, defects } }, record);
    } else {
      dead.set({ ...message, reason: reasonOf(result.error) }, record);
    }
  }
  const unsent = await Promise.all([
    deferred.size === 0 ? [] : queue.defer([...deferred.keys()]),
    dead.size === 0 ? [] : queue.bury([...dead.keys()]),
  ]);
  const [undeferred, unburied] = unsent;
  return new Set([
    ...undeferred.flatMap((message) => deferred.get(message) ?? []),
    ...unburied.flatMap((message) => dead.get(message) ?? []),
  ]);
}

function logFailure({ messageId, attributes }: SQSRecord, defects: number, error: unknown): void {
  log("error", "record failed", {
    message_id: messageId,
    receive_count: Number(attributes.ApproximateReceiveCount),
    defects,
    ...errorFields(error),
  });
}

function metricOf(result: Result): Metric | null {
  switch (result.kind) {
    case "done":
      return result.metric;
    case "throttled":
      return metrics.eventsDeferredThrottled;
    case "unavailable":
      return metrics.eventsDeferredUnavailable;
    case "defect":
      return metrics.eventsFailed;
    case "left":
      return null;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
