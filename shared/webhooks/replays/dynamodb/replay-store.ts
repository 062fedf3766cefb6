import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { type AttributeMap, expiresAfter } from "#shared/platform/dynamodb/attributes.ts";
import { replayKey, replayPrefix } from "#shared/platform/dynamodb/keys.ts";
import { getItem, queryAll } from "#shared/platform/dynamodb/operations.ts";
import { knownOrUnrecognised, parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { deliveryRetentionDays } from "#shared/webhooks/delivery-lifetime.ts";
import { isReplayActive, type Replay, type ReplayStore, replayScopes } from "#shared/webhooks/replays/replay.ts";

const listCursorSchema = z.object({ kind: z.literal("list"), after: z.string() });

const positionSchema = z.object({
  occurred_at: z.string(),
  event_id: z.string(),
  entity_id: z.string(),
  key: z.exactOptional(z.object({ timeline: z.string(), position: z.string() })),
});
const logCursorSchema = z.object({ kind: z.literal("log"), after: z.nullable(positionSchema) });

const replayItemSchema = z.object({
  replay_id: z.string(),
  org_id: z.string(),
  endpoint_id: z.string(),
  since: z.string(),
  until: z.string(),
  events: z.nullable(z.array(z.string())),
  only: knownOrUnrecognised(z.enum(replayScopes)),
  status: knownOrUnrecognised(z.enum(["running", "done", "stopped"])),
  examined: z.number(),
  sent: z.number(),
  place: z.nullable(z.discriminatedUnion("kind", [listCursorSchema, logCursorSchema])),
  created_at: z.string(),
  updated_at: z.string(),
});

/** Creates the store of replays in the deliveries table. They expire as deliveries do, counted from the last step. */
export function replayStore(client: DynamoDBClient, table: string): ReplayStore {
  return {
    async save({ cursor, ...replay }) {
      const { endpoint_id, replay_id, updated_at } = replay;
      const Item = marshall({
        ...replayKey(endpoint_id, replay_id),
        ...replay,
        place: cursor,
        ...expiresAfter(Date.parse(updated_at), deliveryRetentionDays),
      });
      await mapTransientErrors(client.send(new PutItemCommand({ TableName: table, Item })));
    },

    async getActive(endpointId, now) {
      const items = await queryAll(client, table, { pk: replayKey(endpointId, "").pk, prefix: replayPrefix });
      const replays = items.map(parseReplayItem);
      return replays.find((replay) => isReplayActive(replay, now)) ?? null;
    },

    get: (endpointId, replayId) => getItem(client, table, replayKey(endpointId, replayId), parseReplayItem),
  };
}

/** The attribute `place` of an item is the cursor. */
function parseReplayItem(item: AttributeMap): Replay {
  const { place, ...replay } = parseItem(replayItemSchema, item);
  return { ...replay, cursor: place };
}
