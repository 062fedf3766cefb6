import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { TileRange, TileStore } from "#shared/ledger/tiles/tile-store.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { chunkPartition, nodePartition } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { parseChunkItem } from "./chunk-item.ts";

/** Creates the reader of the tiles of all logs, in the ledger table. A tile is far below the 1 MB of one read. */
export function createTileStore(client: DynamoDBClient, table: string): TileStore {
  const query = async (pk: string, { first, end }: TileRange, isConsistent: boolean): Promise<AttributeMap[]> => {
    const request = new QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
      ExpressionAttributeValues: { ":pk": { S: pk }, ":first": { N: String(first) }, ":last": { N: String(end - 1) } },
      ConsistentRead: isConsistent,
    });
    return (await mapTransientErrors(client.send(request))).Items ?? [];
  };
  return {
    async listChunks(log, range, isConsistent) {
      return (await query(chunkPartition(log), range, isConsistent)).map(parseChunkItem);
    },

    async listNodes(log, range, isConsistent) {
      const items = await query(nodePartition(log, range.level), range, isConsistent);
      return items.flatMap(({ sk, hash }, at) =>
        hash?.B !== undefined && sk?.N === String(range.first + at) ? [hash.B] : [],
      );
    },
  };
}
