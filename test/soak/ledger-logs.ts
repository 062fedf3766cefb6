import { type AttributeValue, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { parseChunkItem } from "#shared/ledger/dynamodb/chunk-item.ts";
import { chunkPartition } from "#shared/platform/dynamodb/keys.ts";
import type { SoakStack } from "./stack.ts";

/** The chunks of each log, in order. */
export type LedgerLogs = ReadonlyMap<string, readonly Chunk[]>;

/** Reads the whole ledger. */
export async function readLedgerLogs({ dynamodb, ledgerTable }: SoakStack): Promise<LedgerLogs> {
  const logs = new Map<string, Chunk[]>();
  let from: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamodb.send(
      new ScanCommand({ TableName: ledgerTable, ExclusiveStartKey: from, ConsistentRead: true }),
    );
    for (const item of Items) {
      const partition = item.pk?.S ?? "";
      if (!partition.startsWith(chunkPartition(""))) continue;
      const log = partition.slice(chunkPartition("").length);
      logs.set(log, [...(logs.get(log) ?? []), parseChunkItem(item)]);
    }
    from = LastEvaluatedKey;
  } while (from !== undefined);
  for (const chunks of logs.values()) chunks.sort((left, right) => left.first - right.first);
  return logs;
}

export function entriesOf(logs: LedgerLogs) {
  return [...logs].flatMap(([log, chunks]) =>
    chunks.flatMap(({ entries }) => entries.map((entry) => ({ log, entry }))),
  );
}
