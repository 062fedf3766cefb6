import { type ConsumedCapacity, type DynamoDBClient, GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { DamagedItemError } from "#shared/events/damaged-item.ts";
import { parseListedItem } from "#shared/events/dynamodb/parse-event-item.ts";
import type { EntityType } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { meterRead } from "#shared/events/query/meter-read.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import type { FindStoredEvent } from "#shared/ledger/proofs/find-proof.ts";
import type { ProofPorts } from "#shared/ledger/proofs/proof-ports.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { eventKey, positionKey, timelineKey } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

/** Creates the reader of events as stored, in the events table. */
export function createEventItemReader(
  client: DynamoDBClient,
  table: string,
  meter: ReadMeter,
): ProofPorts["getEventItem"] {
  return async (orgId, entry) => {
    const request = new GetItemCommand({
      TableName: table,
      Key: toStringAttributes(eventKey(orgId, entry)),
      ConsistentRead: true,
      ReturnConsumedCapacity: "TOTAL",
    });
    const { Item } = await meterRead(meter, () => mapTransientErrors(client.send(request)), unitsOf);
    return Item ?? null;
  };
}

function unitsOf({ ConsumedCapacity }: { readonly ConsumedCapacity?: ConsumedCapacity | undefined }): number {
  return ConsumedCapacity?.CapacityUnits ?? 0;
}

/** Returns the event, or none for an item that lists do not show either. */
function readable(item: AttributeMap, timeline: string): ActivityEvent[] {
  try {
    return [parseListedItem(item, { timeline })];
  } catch (error) {
    if (error instanceof DamagedItemError) return [];
    throw error;
  }
}

/** Reads of 1 MB for one event. A document has few events within a second. */
const maxReads = 4;

export type StoredEventFinderOptions = {
  /** Only events of these are found. */
  readonly visibleEntityTypes: readonly EntityType[];
  readonly meter: ReadMeter;
};

/** Creates the reader that finds an event on the timeline of its document. */
export function createStoredEventFinder(
  client: DynamoDBClient,
  table: string,
  { visibleEntityTypes, meter }: StoredEventFinderOptions,
): FindStoredEvent {
  return async (orgId, { entity_id, event_id, occurred }) => {
    const timeline = timelineKey(orgId, entity_id);
    let start: AttributeMap | undefined;
    for (let read = 0; read < maxReads; read++) {
      const request = new QueryCommand({
        TableName: table,
        KeyConditionExpression: "timeline = :timeline AND #position BETWEEN :first AND :last",
        FilterExpression: "event_id = :id",
        ExpressionAttributeNames: { "#position": "position" },
        ExpressionAttributeValues: toStringAttributes({
          ":timeline": timeline,
          ":first": positionKey(occurred.first, event_id),
          ":last": positionKey(occurred.last, event_id),
          ":id": event_id,
        }),
        ConsistentRead: true,
        ExclusiveStartKey: start,
        ReturnConsumedCapacity: "TOTAL",
      });
      const send = () => mapTransientErrors(client.send(request));
      const { Items = [], LastEvaluatedKey } = await meterRead(meter, send, unitsOf);
      const [found] = Items.flatMap((item) => readable(item, timeline));
      if (found !== undefined) return visibleEntityTypes.includes(found.entity_type) ? found : null;
      if (LastEvaluatedKey === undefined) return null;
      start = LastEvaluatedKey;
    }
    return null;
  };
}
