import type { SQSRecord } from "aws-lambda";
import { ActivityError } from "#shared/errors.ts";
import { type AppendStore, append } from "#shared/events/append.ts";
import { receivesInBatch } from "#shared/events/ingest/deferral.ts";
import type { OrgBackoff } from "#shared/events/ingest/org-backoff.ts";
import { maxEventBytes } from "#shared/events/limits.ts";
import { parseOrgId } from "#shared/events/org-id.ts";
import { parseEvent } from "#shared/events/parse-event.ts";
import { isKeyThrottled, mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { log } from "#shared/platform/observability/log.ts";
import { type MetricName, metricNames } from "#shared/platform/observability/metric-names.ts";
import { parseOrigin, type ReceivingFunction } from "./attempt-history.ts";
import type { IngestQueue } from "./ingest-queue.ts";
import { type HandledEvent, type IngestResult, type ReceivedEvent, resendUnfinished } from "./ingest-results.ts";
import type { RejectedQueue } from "./rejected-queue.ts";

export type IngestPorts = {
  readonly store: AppendStore;
  readonly queue: IngestQueue;
  readonly rejected: RejectedQueue;
  readonly backoff: OrgBackoff;
  now(): Date;
  random(): number;
};

export type IngestBatch = {
  readonly records: readonly SQSRecord[];
  /** The function, to recognise messages that it sent itself. */
  readonly receiver: ReceivingFunction;
  /** Resolves when unfinished events must be resent. */
  readonly deadline: Promise<unknown>;
};

/** The result of one record. */
export type RecordOutcome = {
  readonly metric: MetricName | null;
  /** Whether the record must be returned to the queue. */
  readonly isFailed: boolean;
  /** When the event was first sent, in Unix milliseconds. */
  readonly firstSentMs: number;
};

/** Progress of a record, shared between its processing and the deadline. */
type Progress = { isLate: boolean; isRejecting: boolean };

/**
 * Stores the events of a batch independently. Invalid events go to the rejected queue; transient errors and unfinished
 * events (at the deadline) are deferred without limit, since a repeated append is a no-op; defects are retried a few
 * times and then become dead letters.
 */
export async function ingestRecords(ports: IngestPorts, batch: IngestBatch): Promise<readonly RecordOutcome[]> {
  const received = batch.records.map(
    (record): ReceivedEvent => ({
      record,
      orgId: parseOrgId(record.body),
      ...parseOrigin(record, batch.receiver),
    }),
  );
  logOtherGroups(received);
  const handled = await Promise.all(
    received.map(async (event): Promise<HandledEvent> => {
      const progress: Progress = { isLate: false, isRejecting: false };
      const late = batch.deadline.then((): IngestResult => {
        progress.isLate = true;
        return { kind: progress.isRejecting ? "left" : "unavailable" };
      });
      return { ...event, result: await Promise.race([ingestOne(ports, event, progress), late]) };
    }),
  );
  const unsent = await resendUnfinished(ports, handled);
  return handled.map(({ record, history, result }) => ({
    metric: metricOf(result),
    isFailed: result.kind === "left" || unsent.has(record),
    firstSentMs: history.firstSentMs,
  }));
}

async function ingestOne(ports: IngestPorts, event: ReceivedEvent, progress: Progress): Promise<IngestResult> {
  const { store, backoff, now } = ports;
  const { record, orgId } = event;
  if (isUnfinished(record)) return { kind: "unfinished" };
  if (orgId !== null && backoff.isBackingOff(orgId, now().getTime())) return { kind: "throttled" };
  try {
    const draft = parseEvent(record.body, { now: now(), entropy: record.body });
    const outcome = await append(store, draft, event.writer);
    backoff.recordStored(draft.event.org_id, now().getTime());
    return { kind: "done", metric: outcome === "appended" ? metricNames.eventsAppended : metricNames.eventsRepeated };
  } catch (error) {
    if (!(error instanceof ActivityError)) return { kind: "defect", error };
    if (error.code !== "unavailable") return rejectEvent(ports, event, { reason: error, progress });
    if (orgId === null || !isKeyThrottled(error)) return { kind: "unavailable" };
    backOff(ports, orgId);
    return { kind: "throttled" };
  }
}

/**
 * Whether the function repeatedly did not finish with the message, or Lambda had no instance for it. A message larger
 * than an event is excluded: it is not parsed, so it cannot crash the function, and may be too large to resend.
 */
function isUnfinished({ attributes, body }: SQSRecord): boolean {
  return Number(attributes.ApproximateReceiveCount) > receivesInBatch && Buffer.byteLength(body) <= maxEventBytes;
}

function backOff({ backoff, now, random }: IngestPorts, orgId: string): void {
  const wait = backoff.recordThrottling(orgId, now().getTime(), random());
  if (wait === null) return;
  const { failures, waitMs } = wait;
  log("warn", "organisation throttled", { org_id: orgId, failures, wait_ms: Math.round(waitMs) });
}

/**
 * Sends an event to the rejected queue. Not started after the deadline, because the event is deferred by then. A failed
 * call may still have reached the queue, which then has the event twice.
 */
async function rejectEvent(
  { rejected }: IngestPorts,
  { record, messageId }: ReceivedEvent,
  { reason, progress }: { reason: ActivityError; progress: Progress },
): Promise<IngestResult> {
  if (progress.isLate) return { kind: "unavailable" };
  progress.isRejecting = true;
  try {
    await mapTransientErrors(rejected.reject({ ...record, messageId }, reason));
  } catch (error) {
    if (error instanceof ActivityError && error.code === "unavailable") return { kind: "unavailable" };
    return { kind: "defect", error };
  }
  log("warn", "event rejected", { message_id: messageId, code: reason.code });
  return { kind: "done", metric: metricNames.eventsRejected };
}

/** Logs messages whose group, by which SQS keeps queues fair, is not the organisation: an error of the sender. */
function logOtherGroups(received: readonly ReceivedEvent[]): void {
  const others = received.filter(({ record: { attributes }, orgId }) => {
    const group = attributes.MessageGroupId ?? null;
    return group !== null && orgId !== null && group !== orgId;
  });
  if (others.length === 0) return;
  const senders = [...new Set(others.map(({ record }) => record.attributes.SenderId))];
  log("warn", "message group is not the organisation", { messages: others.length, sender_ids: senders });
}

function metricOf(result: IngestResult): MetricName | null {
  switch (result.kind) {
    case "done":
      return result.metric;
    case "throttled":
      return metricNames.eventsDeferredThrottled;
    case "unavailable":
      return metricNames.eventsDeferredUnavailable;
    case "defect":
    case "unfinished":
      return metricNames.eventsFailed;
    case "left":
      return null;
  }
}
