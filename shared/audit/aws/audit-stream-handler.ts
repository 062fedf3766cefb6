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
import type { ZoneClock } from "#shared/platform/time/zone-clock.ts";
import type { AuditEntry, AuditLog } from "./audit-log.ts";

export type AuditStreamPorts = {
  readonly auditLog: AuditLog;
  /** Reads an added item as the event that it is. Throws where it is none that this log wrote. */
  parseEvent(item: StreamImage): ActivityEvent;
  /** Whether the lists of an organisation show the events of this shard. */
  isShardRead(orgId: string, shard: string): Promise<boolean>;
  /** The clock on the wall of an organisation. */
  getClock(orgId: string): Promise<ZoneClock>;
  now(): Date;
};

type Written = AuditEntry & {
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
 * The stack of the function that writes down every record of the events table's stream: an event as its audit line,
 * whatever else as tampering. No record is ever put aside. Where the log cannot take them, all come again: the lines
 * that are there by then are there twice, under the same ids.
 */
export function createAuditStreamHandler({ auditLog, parseEvent, isShardRead, getClock, now }: AuditStreamPorts) {
  const entryOf = async (record: DynamoDBRecord): Promise<Written> => {
    const facts = toRecordInfo(record, now());
    const event = record.eventName === "INSERT" ? readable(parseEvent, record) : null;
    if (event === null) return tamperEntry(record, facts);
    const shard = record.dynamodb?.NewImage?.shard?.S ?? firstShard;
    const unlistedShard = (await isShardRead(event.org_id, shard)) ? null : shard;
    return eventEntry(event, await getClock(event.org_id), { ...facts, unlistedShard }) ?? tamperEntry(record, facts);
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

/** The entry of an event; `null` where no line can be made of it, which no event of this log causes. */
function eventEntry(event: ActivityEvent, clock: ZoneClock, recorded: EventRecordInfo): Written | null {
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

function tamperEntry(record: DynamoDBRecord, facts: RecordInfo): Written {
  const { dynamodb, eventName: operation = "unknown" } = record;
  const [before, after] = [imageOf(dynamodb?.OldImage), imageOf(dynamodb?.NewImage)];
  const line = toTamperLine({ operation, before, after, principal: principalOf(record), ...facts });
  const isNone = { isEvent: false, isSkewed: false, isUnlisted: false };
  return { time: facts.stored, text: formatTamperLine(line), ...isNone, lagMs: line.lag_ms };
}

/** The key of a record's item. Both parts are text, by the schema of the table. */
function keyOf({ dynamodb = {} }: DynamoDBRecord): RecordKey {
  const { timeline, position } = dynamodb.Keys ?? dynamodb.NewImage ?? dynamodb.OldImage ?? {};
  return { timeline: timeline?.S ?? "", position: position?.S ?? "" };
}

/** The event that a record says was added; `null` where what was added is none. */
function readable(parseEvent: AuditStreamPorts["parseEvent"], { dynamodb }: DynamoDBRecord): ActivityEvent | null {
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

/** DynamoDB names itself where it removed an item by its time to live. Lambda and the stream spell it differently. */
function principalOf({ userIdentity }: DynamoDBRecord): string | undefined {
  const identity: unknown = userIdentity;
  if (!isJsonObject(identity)) return undefined;
  const principal = identity.principalId ?? identity.PrincipalId;
  return principal === undefined ? undefined : String(principal);
}
