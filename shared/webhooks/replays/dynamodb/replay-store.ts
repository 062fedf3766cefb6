import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { expiresAfter } from "#shared/platform/dynamodb/expiry.ts";
import { getItem } from "#shared/platform/dynamodb/get-item.ts";
import { replayKey, replayPrefix } from "#shared/platform/dynamodb/keys.ts";
import { queryAll } from "#shared/platform/dynamodb/query-all.ts";
import { knownOrLater, readItem } from "#shared/platform/dynamodb/stored-item.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import { keptForDays } from "#shared/webhooks/deliveries/delivery.ts";
import { isUnderWay, type ReplayStore, replayScopes } from "#shared/webhooks/replays/replay.ts";

const listPlace = z.object({ kind: z.literal("list"), after: z.string() });

const position = z.object({
  occurred_at: z.string(),
  event_id: z.string(),
  entity_id: z.string(),
  key: z.exactOptional(z.object({ timeline: z.string(), position: z.string() })),
});
const logPlace = z.object({ kind: z.literal("log"), after: z.nullable(position) });

const stored = z.object({
  replay_id: z.string(),
  org_id: z.string(),
  endpoint_id: z.string(),
  since: z.string(),
  until: z.string(),
  events: z.nullable(z.array(z.string())),
  only: knownOrLater(z.enum(replayScopes)),
  status: knownOrLater(z.enum(["running", "done", "stopped"])),
  examined: z.number(),
  sent: z.number(),
  place: z.nullable(z.discriminatedUnion("kind", [listPlace, logPlace])),
  created_at: z.string(),
  updated_at: z.string(),
});

/** Replays in the deliveries table, each kept for as long after its last step as a delivery is. */
export function replayStore(client: DynamoDBClient, table: string): ReplayStore {
  return {
    async save(replay) {
      const { endpoint_id, replay_id, updated_at } = replay;
      const Item = marshall({
        ...replayKey(endpoint_id, replay_id),
        ...replay,
        ...expiresAfter(Date.parse(updated_at), keptForDays),
      });
      await calling(client.send(new PutItemCommand({ TableName: table, Item })));
    },

    async running(endpointId, now) {
      const items = await queryAll(client, table, { pk: replayKey(endpointId, "").pk, prefix: replayPrefix });
      const replays = items.map((item) => readItem(stored, item));
      return replays.find((replay) => isUnderWay(replay, now)) ?? null;
    },

    get: (endpointId, replayId) =>
      getItem(client, table, replayKey(endpointId, replayId), (item) => readItem(stored, item)),
  };
}
