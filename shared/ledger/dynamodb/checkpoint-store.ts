import { type DynamoDBClient, type Put, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { CheckpointStore, SignedCheckpoint } from "#shared/ledger/checkpoints/checkpoint-store.ts";
import { hashBytes } from "#shared/ledger/merkle/hashes.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { checkpointKey, latestCheckpointKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem } from "#shared/platform/dynamodb/operations.ts";
import { transact } from "#shared/platform/dynamodb/transaction.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

/** Creates the store of signed checkpoints, in the config table. */
export function createCheckpointStore(client: DynamoDBClient, table: string): CheckpointStore {
  return {
    getLatest: (log) => getItem(client, table, latestCheckpointKey(log), parseCheckpoint),

    async findBySize(log, { min, max }) {
      const { pk, sk } = checkpointKey(log, min);
      const request = new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :min AND :max",
        ExpressionAttributeValues: toStringAttributes({ ":pk": pk, ":min": sk, ":max": checkpointKey(log, max).sk }),
        ConsistentRead: true,
        Limit: 1,
      });
      const { Items: [item] = [] } = await mapTransientErrors(client.send(request));
      return item === undefined ? null : parseCheckpoint(item);
    },

    async put(log, checkpoint, replaced) {
      const attributes = toAttributes(checkpoint);
      const put = (key: Record<string, string>, former: SignedCheckpoint | null) => ({
        Put: { TableName: table, Item: { ...toStringAttributes(key), ...attributes }, ...ifStored(former) },
      });
      const failed = await transact(client, () => [
        put(latestCheckpointKey(log), replaced),
        put(checkpointKey(log, checkpoint.size), replaced?.size === checkpoint.size ? replaced : null),
      ]);
      return failed.length === 0;
    },
  };
}

/** Returns the condition that a checkpoint is stored; that no item is, for `null`. */
function ifStored(checkpoint: SignedCheckpoint | null): Partial<Put> {
  if (checkpoint === null) return { ConditionExpression: "attribute_not_exists(pk)" };
  return {
    ConditionExpression: "#note = :note",
    ExpressionAttributeNames: { "#note": "note" },
    ExpressionAttributeValues: toStringAttributes({ ":note": checkpoint.note }),
  };
}

function toAttributes({ size, frontier, note, signed_at }: SignedCheckpoint): AttributeMap {
  return {
    size: { N: String(size) },
    frontier: { B: Buffer.concat(frontier) },
    note: { S: note },
    signed_at: { S: signed_at },
  };
}

function toHashes(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / hashBytes }, (_, at) => bytes.slice(at * hashBytes, (at + 1) * hashBytes));
}

/** Throws an error with the item's key if it is damaged. */
function parseCheckpoint(item: AttributeMap): SignedCheckpoint {
  const size = Number(item.size?.N);
  const frontier = item.frontier?.B;
  const note = item.note?.S;
  const signed_at = item.signed_at?.S;
  if (Number.isSafeInteger(size) && frontier !== undefined && note !== undefined && signed_at !== undefined) {
    return { size, frontier: toHashes(frontier), note, signed_at };
  }
  throw new Error(`Item ${item.pk?.S ?? "?"} ${item.sk?.S ?? "?"} is not a checkpoint.`);
}
