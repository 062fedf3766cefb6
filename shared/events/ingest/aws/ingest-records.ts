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
  /** The function, which knows its own messages by it. */
  readonly receiver: ReceivingFunction;
  /** When what is still under way is to be sent on. */
  readonly deadline: Promise<unknown>;
};

/** What became of a record. */
export type RecordOutcome = {
  readonly metric: MetricName | null;
  /** Whether the record must be given back to the queue. */
  readonly isFailed: boolean;
  /** Since when the event waits. */
  readonly firstSentMs: number;
};

/** How far a record is, for the deadline and for what goes on after it. */
type Progress = { isLate: boolean; isRejecting: boolean };

/**
 * Stores the events of a batch, each by itself. An event that is refused goes to the rejected queue; one that a
 * transient failure keeps from being stored goes back into the queue, as often as it takes; one that meets a defect
 * does so a few times, and is then a dead letter. What is still under way at the deadline is deferred as well: storing
 * it again is a repeat.
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
  const { store, backoff: holds, now } = ports;
  const { record, orgId } = event;
  if (isUnfinished(record)) return { kind: "unfinished" };
  if (orgId !== null && holds.isWaiting(orgId, now().getTime())) return { kind: "throttled" };
  try {
    const draft = parseEvent(record.body, { now: now(), entropy: record.body });
    const outcome = await append(store, draft, event.writer);
    holds.recordStored(draft.event.org_id, now().getTime());
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
 * Whether the function, or a Lambda without an instance, did not finish with the message several times. One that is
 * too large to be an event is not read, so it ends no function; and it may be too large to be sent again.
 */
function isUnfinished({ attributes, body }: SQSRecord): boolean {
  return Number(attributes.ApproximateReceiveCount) > receivesInBatch && Buffer.byteLength(body) <= maxEventBytes;
}

function backOff({ backoff: holds, now, random }: IngestPorts, orgId: string): void {
  const hold = holds.recordThrottling(orgId, now().getTime(), random());
  if (hold === null) return;
  const { failures, waitMs } = hold;
  log("warn", "organisation throttled", { org_id: orgId, failures, wait_ms: Math.round(waitMs) });
}

/**
 * A rejection is not repeated by its result, so none begins after the deadline, when the event is deferred already. One
 * that fails may have reached the queue all the same: the event is then there twice.
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

/** SQS keeps queues fair by the group that the sender gives: another than the event's organisation is an error of it. */
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
