import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import type { ActivityEvent, Position } from "../events/event.ts";
import type { EventPage, EventQuery, ReadMeter } from "../events/query.ts";
import { textAttributes } from "./attributes.ts";
import { fromItem, toItem } from "./event-item.ts";
import { positionOf, queryOf, startKey } from "./event-query.ts";
import { calling } from "./faults.ts";
import { getItem } from "./get-item.ts";
import { positionKey, timelineKey } from "./keys.ts";

/** What one page may cost at most, whatever was asked: this bounds the time and the price of any request. */
export type PageBudget = {
  readonly reads: number;
  /** Bytes of the answer. Lambda sends 6 MB at most, and counts a quote inside the body twice. */
  readonly bytes: number;
};

const pageBudget: PageBudget = { reads: 8, bytes: 5_000_000 };

/** The events table: what is appended to it, single events and pages of it. Nothing else is possible. */
export type EventStore = {
  put(event: ActivityEvent): Promise<ActivityEvent | null>;
  /** The event at a position, as of now; `null` where there is none. */
  get(orgId: string, at: Position): Promise<ActivityEvent | null>;
  page(query: EventQuery, meter?: ReadMeter): Promise<EventPage>;
};

export function eventStore(client: DynamoDBClient, table: string, budget: PageBudget = pageBudget): EventStore {
  return {
    async put(event) {
      try {
        const put = putOf(table, event);
        await calling(client.send(new PutItemCommand({ ...put, Item: textAttributes(put.Item) })));
        return null;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException && error.Item) return fromItem(error.Item);
        throw error;
      }
    },

    get(orgId, { entity_id, occurred_at, event_id }) {
      const key = { timeline: timelineKey(orgId, entity_id), position: positionKey(occurred_at, event_id) };
      return getItem(client, table, key, fromItem);
    },

    async page(query, meter) {
      const events: ActivityEvent[] = [];
      const request = queryOf(table, query);
      const visible: ReadonlySet<string | undefined> = new Set(query.visible);
      let bytes = 0;
      let start = query.after === null ? undefined : startKey(query, query.after);
      let size = query.limit + 1;
      for (let read = 0; read < budget.reads; read++) {
        await meter?.next();
        const answer = await calling(
          client.send(new QueryCommand({ ...request, Limit: size, ExclusiveStartKey: start })),
        );
        meter?.add(answer.ConsumedCapacity?.CapacityUnits ?? 0);
        for (const item of answer.Items ?? []) {
          // Also what a later version of the log may write: a kind that this one has no name for hides nothing but
          // itself.
          if (!visible.has(item.entity_type?.S)) continue;
          const event = fromItem(item);
          bytes += weight(event);
          if (events.length === query.limit || (bytes > budget.bytes && events.length > 0)) {
            return { events, next: events.at(-1) ?? null };
          }
          events.push(event);
        }
        start = answer.LastEvaluatedKey;
        if (start === undefined) return { events, next: null };
        size = Math.min(size * 4, 2_000);
      }
      return { events, next: start === undefined ? null : positionOf(query, start) };
    },
  };
}

/** The conditional put that appends an event: it never replaces one, and tells which event stands in its place. */
export function putOf(table: string, event: ActivityEvent) {
  return {
    TableName: table,
    Item: toItem(event),
    ConditionExpression: "attribute_not_exists(timeline)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
}

/** An upper bound for what an event adds to an answer: four short fields, escaped twice, and all parts that were read. */
function weight({ changes, metadata, actor, related, text, information, params }: ActivityEvent): number {
  let bytes = 0;
  for (const part of [changes, metadata, actor, related, text, information, params]) {
    if (part !== null) bytes += Buffer.byteLength(part);
  }
  return 4_608 + 2 * bytes;
}
