import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { type EventRecordInfo, formatEventLine, toEventLine } from "#shared/audit/event-line.ts";
import { type RecordKey, toRecordId } from "#shared/audit/record-id.ts";
import { formatTamperLine, type ItemImage, toTamperLine } from "#shared/audit/tamper-line.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { firstShard } from "#shared/events/shards/shards.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import { type StreamImage, storedAt } from "#shared/platform/handlers/stream-handler.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";
import type { ZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import type { AuditEntry, AuditLog } from "./audit-log.ts";

export type AuditStreamPorts = {
  readonly auditLog: AuditLog;
  /** Parses an added item as an event. Throws if it is not an event that the log wrote. */
  parseEvent(item: StreamImage): ActivityEvent;
  /** Whether readers read this shard of an organisation. */
  isShardRead(orgId: string, shard: string): Promise<boolean>;
  /** Returns the clock of the organisation's time zone. */
  getClock(orgId: string): Promise<ZoneClock>;
  now(): Date;
};

type WrittenEntry = AuditEntry & {
  readonly isEvent: boolean;
  readonly isSkewed: boolean;
  readonly isUnlisted: boolean;
  readonly lagMs: number;
};

type RecordInfo = {
  readonly stored: Date;
  readonly sequenceNumber: string;
  readonly recordId: string;
  readonly now: Date;
};

/**
 * Creates the handler that writes every record of the events table's stream to the audit log: an event as an event
 * line, any other record as tampering. No record is skipped. If the log fails, the batch is retried, which may
 * duplicate lines with the same ids.
 */
export function createAuditStreamHandler({ auditLog, parseEvent, isShardRead, getClock, now }: AuditStreamPorts) {
  const entryOf = async (record: DynamoDBRecord): Promise<WrittenEntry> => {
    const info = toRecordInfo(record, now());
    const event = record.eventName === "INSERT" ? tryParseEvent(parseEvent, record) : null;
    if (event === null) return tamperEntry(record, info);
    const shard = record.dynamodb?.NewImage?.shard?.S ?? firstShard;
    const unlistedShard = (await isShardRead(event.org_id, shard)) ? null : shard;
    return eventEntry(event, await getClock(event.org_id), { ...info, unlistedShard }) ?? tamperEntry(record, info);
  };

  const handle = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    try {
      const entries = await Promise.all(Records.map(entryOf));
      await auditLog.put(entries);
      const skewed = entries.filter(({ isSkewed }) => isSkewed).length;
      const unlisted = entries.filter(({ isUnlisted }) => isUnlisted).length;
      const counts = {
        [metricNames.eventsLogged]: entries.filter(({ isEvent }) => isEvent).length,
        ...(skewed > 0 && { [metricNames.clockSkew]: skewed }),
        ...(unlisted > 0 && { [metricNames.eventsUnlisted]: unlisted }),
      };
      emitMetrics(counts, now(), { [metricNames.auditLag]: Math.max(...entries.map(({ lagMs }) => lagMs)) });
      return { batchItemFailures: [] };
    } catch (error) {
      log("error", "batch failed", { records: Records.length, ...errorFields(error) });
      return { batchItemFailures: [{ itemIdentifier: Records[0]?.dynamodb?.SequenceNumber ?? "" }] };
    }
  };

  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse, Error, Context>().handler(
    (batch: DynamoDBStreamEvent, context: Context) => runInInvocation(context, () => handle(batch)),
  );
}

function toRecordInfo(record: DynamoDBRecord, now: Date): RecordInfo {
  const sequenceNumber = record.dynamodb?.SequenceNumber ?? "";
  return { stored: storedAt(record) ?? now, sequenceNumber, recordId: toRecordId(keyOf(record)), now };
}

/** Returns the entry of an event; `null` if it cannot be formatted, which never happens with an event of the log. */
function eventEntry(event: ActivityEvent, clock: ZoneClock, recorded: EventRecordInfo): WrittenEntry | null {
  try {
    const line = toEventLine(event, clock, recorded);
    return {
      time: recorded.stored,
      text: formatEventLine(line),
      isEvent: true,
      isSkewed: line.clock_skew_seconds !== undefined,
      isUnlisted: recorded.unlistedShard !== null,
      lagMs: line.lag_ms,
    };
  } catch {
    return null;
  }
}

function tamperEntry(record: DynamoDBRecord, info: RecordInfo): WrittenEntry {
  const { dynamodb, eventName: operation = "unknown" } = record;
  const before = imageOf(dynamodb?.OldImage);
  const after = imageOf(dynamodb?.NewImage);
  const line = toTamperLine({ operation, before, after, principal: principalOf(record), ...info });
  const flags = { isEvent: false, isSkewed: false, isUnlisted: false };
  return { time: info.stored, text: formatTamperLine(line), ...flags, lagMs: line.lag_ms };
}

/** Returns the key of a record's item. Both parts are text in the schema of the table. */
function keyOf({ dynamodb = {} }: DynamoDBRecord): RecordKey {
  const { timeline, position } = dynamodb.Keys ?? dynamodb.NewImage ?? dynamodb.OldImage ?? {};
  return { timeline: timeline?.S ?? "", position: position?.S ?? "" };
}

/** Parses the added item of a record; `null` if it is not an event. */
function tryParseEvent(parseEvent: AuditStreamPorts["parseEvent"], { dynamodb }: DynamoDBRecord): ActivityEvent | null {
  try {
    return parseEvent(dynamodb?.NewImage ?? {});
  } catch {
    return null;
  }
}

function imageOf(attributes: StreamImage | undefined): ItemImage | undefined {
  if (attributes === undefined) return undefined;
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value.S ?? value]));
}

/**
 * Returns who made the change, if known: DynamoDB itself for an expired item. Lambda and the stream spell it
 * differently.
 */
function principalOf({ userIdentity }: DynamoDBRecord): string | undefined {
  const identity: unknown = userIdentity;
  if (!isJsonObject(identity)) return undefined;
  const principal = identity.principalId ?? identity.PrincipalId;
  return principal === undefined ? undefined : String(principal);
}
