import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { ActivityEvent, Position } from "../events/event.ts";
import { type EventPage, type EventQuery, planQuery, type QueryPlan } from "../events/query.ts";
import { textAttributes } from "./attributes.ts";
import { fromItem, toItem } from "./event-item.ts";
import { calling } from "./faults.ts";
import { positionKey, timelineKey } from "./keys.ts";

/** What one page may cost at most, whatever was asked: this bounds the time and the price of any request. */
export type PageBudget = {
  readonly reads: number;
  /** Bytes of the answer. Lambda sends 6 MB at most, and counts a quote inside the body twice. */
  readonly bytes: number;
};

export const pageBudget: PageBudget = { reads: 8, bytes: 5_000_000 };

/** The events table: what is appended to it, and pages of it. Nothing else is possible. */
export type EventStore = {
  put(event: ActivityEvent): Promise<ActivityEvent | null>;
  page(query: EventQuery): Promise<EventPage>;
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

    async page(query) {
      const events: ActivityEvent[] = [];
      const request = queryOf(table, query);
      let bytes = 0;
      let start = query.after === null ? undefined : textAttributes(startKey(query, query.after));
      let size = query.limit + 1;
      for (let read = 0; read < budget.reads; read++) {
        const answer = await calling(
          client.send(new QueryCommand({ ...request, Limit: size, ExclusiveStartKey: start })),
        );
        for (const item of answer.Items ?? []) {
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
      return { events, next: start === undefined ? null : fromStartKey(query, start) };
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

const indexKeys: Record<QueryPlan["index"], readonly (keyof EventQuery & keyof ActivityEvent)[]> = {
  timeline: [],
  by_time: ["org_id"],
  by_type: ["org_id", "entity_type"],
  by_actor: ["org_id", "actor_user_id"],
  by_contact: ["org_id", "contact_id"],
  paid: ["org_id", "settled"],
};

/** The partition that a query reads: always computed from the caller's organisation, never from a cursor. */
function partition(query: EventQuery, index: QueryPlan["index"]): Record<string, string> {
  if (index === "timeline") return { timeline: timelineKey(query.org_id, query.entity_id ?? "") };
  const key: Record<string, string> = {};
  for (const attribute of indexKeys[index]) key[attribute] = query[attribute] ?? "";
  return key;
}

function queryOf(table: string, query: EventQuery): QueryCommandInput {
  const { index, conditions } = planQuery(query);
  const values: Record<string, string> = {};
  const keyed = Object.entries(partition(query, index)).map(([attribute, value]) => {
    values[`:${attribute}`] = value;
    return `${attribute} = :${attribute}`;
  });
  const filtered = conditions.map(({ attribute, values: allowed }) => {
    const names = allowed.map((value, at) => {
      values[`:${attribute}_${at}`] = value;
      return `:${attribute}_${at}`;
    });
    return `${attribute} IN (${names.join(", ")})`;
  });
  return {
    TableName: table,
    ...(index === "timeline" ? {} : { IndexName: index }),
    KeyConditionExpression: [...keyed, ...range(query, index, values)].join(" AND "),
    ...(filtered.length > 0 ? { FilterExpression: filtered.join(" AND ") } : {}),
    ExpressionAttributeValues: textAttributes(values),
    ...(index === "timeline" && (query.since ?? query.until) !== null
      ? { ExpressionAttributeNames: { "#position": "position" } }
      : {}),
    ScanIndexForward: false,
  };
}

/** Bounds on time. In the table itself the position goes on with `#id`, and `$` is the character after `#`. */
function range(query: EventQuery, index: QueryPlan["index"], values: Record<string, string>): string[] {
  const attribute = index === "timeline" ? "#position" : "occurred_at";
  if (query.since !== null) values[":since"] = query.since;
  if (query.until !== null) values[":until"] = index === "timeline" ? `${query.until}$` : query.until;
  if (query.since !== null && query.until !== null) return [`${attribute} BETWEEN :since AND :until`];
  if (query.since !== null) return [`${attribute} >= :since`];
  return query.until === null ? [] : [`${attribute} <= :until`];
}

function startKey(query: EventQuery, after: Position): Record<string, string> {
  const { index } = planQuery(query);
  const table = {
    timeline: timelineKey(query.org_id, after.entity_id),
    position: positionKey(after.occurred_at, after.event_id),
  };
  if (index === "timeline") return { ...partition(query, index), position: table.position };
  return { ...table, ...partition(query, index), occurred_at: after.occurred_at, event_id: after.event_id };
}

/** The position of the last item that was read, matching or not, from the key that DynamoDB would go on with. */
function fromStartKey(query: EventQuery, key: Record<string, AttributeValue>): Position {
  const [occurred_at = "", event_id = ""] = (key.position?.S ?? "").split("#");
  return { occurred_at, event_id, entity_id: (key.timeline?.S ?? "").slice(query.org_id.length + 1) };
}

/** An upper bound for what an event adds to an answer. */
function weight(event: ActivityEvent): number {
  return 2_048 + 2 * (Buffer.byteLength(event.changes ?? "") + Buffer.byteLength(event.metadata));
}
