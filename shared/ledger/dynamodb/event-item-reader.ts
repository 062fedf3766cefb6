import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { DamagedItemError } from "#shared/events/damaged-item.ts";
import { parseListedItem } from "#shared/events/dynamodb/parse-event-item.ts";
import type { EntityType } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { FindStoredEvent } from "#shared/ledger/proofs/find-proof.ts";
import type { ProofPorts } from "#shared/ledger/proofs/proof-ports.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { eventKey, positionKey, timelineKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem } from "#shared/platform/dynamodb/operations.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

/** Creates the reader of events as stored, in the events table. */
export function createEventItemReader(client: DynamoDBClient, table: string): ProofPorts["getEventItem"] {
  return (orgId, entry) => getItem(client, table, eventKey(orgId, entry), (item) => item);
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

/** Creates the reader that finds an event on the timeline of its document. Only events of `visibleTypes` are found. */
export function createStoredEventFinder(
  client: DynamoDBClient,
  table: string,
  visibleTypes: readonly EntityType[],
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
      });
      const { Items = [], LastEvaluatedKey } = await mapTransientErrors(client.send(request));
      const [found] = Items.flatMap((item) => readable(item, timeline));
      if (found !== undefined) return visibleTypes.includes(found.entity_type) ? found : null;
      if (LastEvaluatedKey === undefined) return null;
      start = LastEvaluatedKey;
    }
    return null;
  };
}
