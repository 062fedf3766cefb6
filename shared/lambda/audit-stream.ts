import middy from "@middy/core";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { ZoneClock } from "../dialects/zone-clock.ts";
import type { ActivityEvent } from "../events/event.ts";
import { isJsonObject } from "../events/json.ts";
import { firstShard } from "../events/shards.ts";
import { eventLine, eventLineText } from "../review/event-line.ts";
import { type Image, tamperLine } from "../review/tamper-line.ts";
import type { AuditEntry, AuditLog } from "./audit-log.ts";
import { inInvocation } from "./invocation.ts";
import { errorFields, log } from "./log.ts";
import { count } from "./metrics.ts";
import { metrics } from "./names.ts";
import { type Attributes, storedAt } from "./stream.ts";

export type AuditWorld = {
  readonly auditLog: AuditLog;
  /** Reads an added item as the event that it is. Throws where it is none that this log wrote. */
  read(item: Attributes): ActivityEvent;
  /** Whether the lists of an organisation show the events of this shard. */
  isListed(orgId: string, shard: string): Promise<boolean>;
  /** The clock on the wall of an organisation. */
  clockOf(orgId: string): Promise<ZoneClock>;
  now(): Date;
};

/**
 * The stack of the function that writes down every record of the events table's stream: an event as its audit line,
 * whatever else as tampering. No record is ever put aside. Where the log cannot take them, all come again: the lines
 * that are there by then are there twice, under the same ids.
 */
export function auditStream({ auditLog, read, isListed, clockOf, now }: AuditWorld) {
  type Written = AuditEntry & {
    readonly isEvent: boolean;
    readonly isSkewed: boolean;
    readonly isUnlisted: boolean;
    readonly lagMs: number;
  };

  const entryOf = async (record: DynamoDBRecord): Promise<Written> => {
    const { dynamodb, eventName = "unknown" } = record;
    const recorded = { stored: storedAt(record) ?? now(), sequenceNumber: dynamodb?.SequenceNumber ?? "", now: now() };
    const event = eventName === "INSERT" ? readable(read, record) : null;
    if (event === null) {
      const [before, after] = [imageOf(dynamodb?.OldImage), imageOf(dynamodb?.NewImage)];
      const line = tamperLine({ operation: eventName, before, after, principal: principalOf(record), ...recorded });
      const not = { isEvent: false, isSkewed: false, isUnlisted: false };
      return { time: recorded.stored, text: JSON.stringify(line), ...not, lagMs: line.lag_ms };
    }
    const shard = dynamodb?.NewImage?.shard?.S ?? firstShard;
    const unlistedShard = (await isListed(event.org_id, shard)) ? null : shard;
    const line = eventLine(event, await clockOf(event.org_id), { ...recorded, unlistedShard });
    return {
      time: recorded.stored,
      text: eventLineText(line),
      isEvent: true,
      isSkewed: line.clock_skew_seconds !== undefined,
      isUnlisted: unlistedShard !== null,
      lagMs: line.lag_ms,
    };
  };

  const handle = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    try {
      const entries = await Promise.all(Records.map(entryOf));
      await auditLog.put(entries);
      const skewed = entries.filter(({ isSkewed }) => isSkewed).length;
      const unlisted = entries.filter(({ isUnlisted }) => isUnlisted).length;
      const counts = {
        [metrics.eventsLogged]: entries.filter(({ isEvent }) => isEvent).length,
        ...(skewed > 0 && { [metrics.clockSkew]: skewed }),
        ...(unlisted > 0 && { [metrics.eventsUnlisted]: unlisted }),
      };
      count(counts, now(), { [metrics.auditLag]: Math.max(...entries.map(({ lagMs }) => lagMs)) });
      return { batchItemFailures: [] };
    } catch (error) {
      log("error", "batch failed", { records: Records.length, ...errorFields(error) });
      return { batchItemFailures: [{ itemIdentifier: Records[0]?.dynamodb?.SequenceNumber ?? "" }] };
    }
  };

  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse, Error, Context>().handler(
    (batch: DynamoDBStreamEvent, context: Context) => inInvocation(context, () => handle(batch)),
  );
}

/** The event that a record says was added; `null` where what was added is none. */
function readable(read: AuditWorld["read"], { dynamodb }: DynamoDBRecord): ActivityEvent | null {
  try {
    return read(dynamodb?.NewImage ?? {});
  } catch {
    return null;
  }
}

function imageOf(attributes: Attributes | undefined): Image | undefined {
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
