import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { ActivityError } from "#shared/errors.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { SubtreeRoot } from "#shared/ledger/merkle/frontier.ts";
import type { ChunkPage, ChunkRead, LedgerReader, LedgerWriter } from "#shared/ledger/ports.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { chunkPartition, nodePartition } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { formatKey, parseChunkItem, toChunkItem } from "./chunk-item.ts";

/** Creates the store of all logs: the ledger table. */
export function createLedgerStore(client: DynamoDBClient, table: string): LedgerReader & LedgerWriter {
  const query = (request: ChunkQuery) => queryChunks(client, table, request);
  return {
    async getNewestChunk(log, isConsistent = false) {
      const { chunks } = await query({ log, isConsistent, isDescending: true, limit: 1 });
      return chunks[0] ?? null;
    },

    async getChunk(log, first) {
      const { chunks } = await query({ log, from: first, limit: 1 });
      return chunks.find((chunk) => chunk.first === first) ?? null;
    },

    async listChunks(log, read) {
      const page = await query({ log, ...read });
      const [first] = page.chunks;
      if (read.from === 0 || first?.first === read.from) return page;
      return prependChunk(await getChunkBefore(query, log, read), page, read);
    },

    put: (log, chunk, tileRoots) => mapTransientErrors(putUnlessExists(client, table, { log, chunk, tileRoots })),
  };
}

type ChunkQuery = {
  readonly log: string;
  /** The sort key of the first chunk; of the last, exclusive, if the order is descending. All by default. */
  readonly from?: number;
  readonly limit?: number;
  readonly isConsistent?: boolean;
  readonly isDescending?: boolean;
};

async function queryChunks(client: DynamoDBClient, table: string, query: ChunkQuery): Promise<ChunkPage> {
  const { log, from, limit, isConsistent = false, isDescending = false } = query;
  const request: QueryCommandInput = {
    TableName: table,
    KeyConditionExpression: from === undefined ? "pk = :pk" : `pk = :pk AND sk ${isDescending ? "<" : ">="} :from`,
    ExpressionAttributeValues: {
      ":pk": { S: chunkPartition(log) },
      ...(from !== undefined && { ":from": { N: String(from) } }),
    },
    ScanIndexForward: !isDescending,
    ConsistentRead: isConsistent,
    ...(limit !== undefined && { Limit: limit }),
  };
  const { Items = [], LastEvaluatedKey } = await mapTransientErrors(client.send(new QueryCommand(request)));
  const chunks = Items.map(parseChunkItem);
  return { chunks, next: LastEvaluatedKey === undefined ? null : (chunks.at(-1)?.size ?? null) };
}

/** Returns the chunk that contains an index at which no chunk starts; `null` if the log ends before it. */
async function getChunkBefore(
  query: (request: ChunkQuery) => Promise<ChunkPage>,
  log: string,
  read: ChunkRead,
): Promise<Chunk | null> {
  const { chunks } = await query({ ...read, log, isDescending: true, limit: 1 });
  const [chunk] = chunks;
  return chunk !== undefined && chunk.size > read.from ? chunk : null;
}

function prependChunk(chunk: Chunk | null, page: ChunkPage, { limit }: ChunkRead): ChunkPage {
  if (chunk === null) return page;
  const chunks = [chunk, ...page.chunks];
  if (limit === undefined || chunks.length <= limit) return { chunks, next: page.next };
  return { chunks: chunks.slice(0, limit), next: chunks[limit]?.first ?? null };
}

type ChunkPut = { readonly log: string; readonly chunk: Chunk; readonly tileRoots: readonly SubtreeRoot[] };

/** Returns whether the chunk was stored: `false` if its key is taken, or another transaction is writing it. */
async function putUnlessExists(client: DynamoDBClient, table: string, put: ChunkPut): Promise<boolean> {
  const toPut = (Item: AttributeMap) => ({
    TableName: table,
    Item,
    ConditionExpression: "attribute_not_exists(pk)",
  });
  const chunk = toPut(toChunkItem(put.log, put.chunk));
  const nodes = put.tileRoots.map((root) => toPut(toNodeItem(put.log, root)));
  try {
    // A transaction costs twice as much. Most chunks complete no tile.
    if (nodes.length === 0) await client.send(new PutItemCommand(chunk));
    else await client.send(new TransactWriteItemsCommand({ TransactItems: [chunk, ...nodes].map((Put) => ({ Put })) }));
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    if (isThrottled(error))
      throw new ActivityError("unavailable", "The store is busy.", { retryAfter: 1, cause: error });
    // A node is stored with the chunk that completes it, so no retry would succeed.
    if (isNodeTaken(error)) throw new DamagedChunkError(formatKey(chunk.Item), "a node above it exists already");
    throw error;
  }
}

const bitsPerLevel = 8;

function toNodeItem(log: string, { height, index, hash }: SubtreeRoot): AttributeMap {
  return { pk: { S: nodePartition(log, height / bitsPerLevel) }, sk: { N: String(index) }, hash: { B: hash } };
}

function isTaken(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    // The reason of the chunk is the first.
    const reasons = reasonsOf(error);
    return reasons[0] === conditionFailed || reasons.includes("TransactionConflict");
  }
  return (
    error instanceof ConditionalCheckFailedException ||
    error instanceof TransactionConflictException ||
    error instanceof TransactionInProgressException
  );
}

const conditionFailed = "ConditionalCheckFailed";

function isNodeTaken(error: unknown): boolean {
  return error instanceof TransactionCanceledException && reasonsOf(error).indexOf(conditionFailed) > 0;
}

const throttlingReasons = ["ThrottlingError", "ProvisionedThroughputExceeded"];

function isThrottled(error: unknown): boolean {
  return (
    error instanceof TransactionCanceledException &&
    reasonsOf(error).some((reason) => throttlingReasons.includes(reason))
  );
}

function reasonsOf({ CancellationReasons = [] }: TransactionCanceledException): string[] {
  return CancellationReasons.map(({ Code = "" }) => Code);
}
