import { setTimeout } from "node:timers/promises";
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  type KeysAndAttributes,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { ActivityError } from "#shared/errors.ts";
import { chunk } from "#shared/platform/chunk.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { type AttributeMap, toStringAttributes } from "./attributes.ts";
import { mapTransientErrors } from "./transient-errors.ts";

type ItemKey = Readonly<Record<string, string>>;

/** Reads one item, strongly consistent. Returns what `parse` makes of it; `null` if it does not exist. */
export async function getItem<T>(
  client: DynamoDBClient,
  table: string,
  key: ItemKey,
  parse: (item: AttributeMap) => T,
): Promise<T | null> {
  const request = { TableName: table, Key: toStringAttributes(key), ConsistentRead: true };
  const { Item } = await mapTransientErrors(client.send(new GetItemCommand(request)));
  return Item === undefined ? null : parse(Item);
}

/** The limit of BatchGetItem. */
const maxBatchKeys = 100;

const maxConcurrentBatches = 8;

/** Requests in a row that DynamoDB may leave wholly unprocessed. Their waits take a second at most. */
const maxStalledRequests = 6;

const backOff = (stalled: number) => setTimeout(Math.random() * 10 * 2 ** stalled);

/** Which attributes to read and how. By default all, strongly consistent. */
export type BatchGetOptions = Pick<KeysAndAttributes, "ProjectionExpression" | "ExpressionAttributeNames"> & {
  readonly isConsistent?: boolean;
  /** Called with the read units of each request. */
  readonly addUnits?: (units: number) => void;
};

/**
 * Reads the items of distinct keys. Returns the existing ones, in no order. Throws `ActivityError`
 * `unavailable` if a throttled table repeatedly processes none of the keys.
 */
export async function batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly ItemKey[],
  { isConsistent = true, addUnits, ...projection }: BatchGetOptions = {},
  wait: (stalled: number) => Promise<unknown> = backOff,
): Promise<AttributeMap[]> {
  const readBatch = async (batch: readonly ItemKey[]) => {
    const items: AttributeMap[] = [];
    let pending: AttributeMap[] = batch.map(toStringAttributes);
    let stalled = 0;
    while (pending.length > 0) {
      const RequestItems = { [table]: { ...projection, Keys: pending, ConsistentRead: isConsistent } };
      const counting = addUnits === undefined ? {} : { ReturnConsumedCapacity: "TOTAL" as const };
      const response = await mapTransientErrors(client.send(new BatchGetItemCommand({ RequestItems, ...counting })));
      addUnits?.(response.ConsumedCapacity?.[0]?.CapacityUnits ?? 0);
      items.push(...(response.Responses?.[table] ?? []));
      const unprocessed = response.UnprocessedKeys?.[table]?.Keys ?? [];
      stalled = unprocessed.length === pending.length ? stalled + 1 : 0;
      if (stalled === maxStalledRequests)
        throw new ActivityError("unavailable", "The store is busy.", { retryAfter: 1 });
      if (stalled > 0) await wait(stalled);
      pending = unprocessed;
    }
    return items;
  };
  return (await mapWithConcurrency(chunk(keys, maxBatchKeys), maxConcurrentBatches, readBatch)).flat();
}

/** Reads all items of a partition whose sort key begins with a prefix, strongly consistent and in the order of the key. */
export function queryAll(
  client: DynamoDBClient,
  table: string,
  { pk, prefix }: { readonly pk: string; readonly prefix: string },
): Promise<AttributeMap[]> {
  return queryAllPages(client, {
    TableName: table,
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: toStringAttributes({ ":pk": pk, ":prefix": prefix }),
    ConsistentRead: true,
  });
}

/** Returns the rest of each sort key in a partition that begins with a prefix. Reads as `queryAll` does. */
export async function listSuffixes(
  client: DynamoDBClient,
  table: string,
  range: { readonly pk: string; readonly prefix: string },
): Promise<string[]> {
  const items = await queryAll(client, table, range);
  return items.map(({ sk }) => (sk?.S ?? "").slice(range.prefix.length));
}

/** Reads all items of a partition from a sort key on, strongly consistent and in the order of the key. */
export function queryFrom(
  client: DynamoDBClient,
  table: string,
  { pk, from }: { readonly pk: string; readonly from: string },
): Promise<AttributeMap[]> {
  return queryAllPages(client, {
    TableName: table,
    KeyConditionExpression: "pk = :pk AND sk >= :from",
    ExpressionAttributeValues: toStringAttributes({ ":pk": pk, ":from": from }),
    ConsistentRead: true,
  });
}

async function queryAllPages(client: DynamoDBClient, request: QueryCommandInput): Promise<AttributeMap[]> {
  const items: AttributeMap[] = [];
  let start: AttributeMap | undefined;
  do {
    const page = await mapTransientErrors(client.send(new QueryCommand({ ...request, ExclusiveStartKey: start })));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

/** `item` is the one that failed the condition. It is `null` if none exists, or if the request does not ask for it. */
export type ConditionalWriteResult<T, Item = AttributeMap | null> =
  | { readonly isWritten: true; readonly output: T }
  | { readonly isWritten: false; readonly item: Item };

/** Waits for a conditional write. Returns its output, or the item that failed its condition. */
export async function writeConditionally<T>(write: Promise<T>): Promise<ConditionalWriteResult<T>> {
  try {
    return { isWritten: true, output: await mapTransientErrors(write) };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return { isWritten: false, item: error.Item ?? null };
    throw error;
  }
}

/**
 * Waits for a write whose condition fails only if an item exists, and that asks for this item. Returns the output, or
 * the item. Throws if DynamoDB returned no item.
 */
export async function writeOrGetExisting<T>(write: Promise<T>): Promise<ConditionalWriteResult<T, AttributeMap>> {
  const result = await writeConditionally(write);
  if (result.isWritten) return result;
  if (result.item === null) throw new Error("DynamoDB returned no item with the failed condition.");
  return { isWritten: false, item: result.item };
}
