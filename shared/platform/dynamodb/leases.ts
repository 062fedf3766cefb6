import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { toStringAttributes } from "./attributes.ts";
import { writeConditionally } from "./operations.ts";
import { isKeyThrottled } from "./transient-errors.ts";

/** A lease of an item. Its end distinguishes it from the next lease of the same slot. */
export type ItemLease = {
  readonly slot: number;
  /** Unix milliseconds. */
  readonly until: number;
};

/** The result if all leases are taken. */
export type NoItemLease = {
  readonly slot: null;
  /** When the first lease ends, in Unix milliseconds; `null` if unknown. */
  readonly freeAt: number | null;
};

/** An item that has one lease in each slot, the attribute of which is the end of the lease. */
export type LeaseItem = {
  readonly key: Readonly<Record<string, string>>;
  /** In the order in which they are tried. */
  readonly slots: readonly number[];
  attribute(slot: number): string;
  /** Whether leases are acquired only if the item exists; otherwise the first lease creates it. */
  readonly mustExist: boolean;
};

/**
 * Acquires a lease of an item. Tries the first slot without reading the others: an item that is little used costs one
 * write. An item that is throttled because of its key counts as one without a free lease.
 */
export async function acquireItemLease(
  client: DynamoDBClient,
  table: string,
  { key, slots, attribute, mustExist }: LeaseItem,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<ItemLease | NoItemLease> {
  let candidates = slots;
  let freeAt: number | null = null;
  for (;;) {
    const [slot, ...others] = candidates;
    if (slot === undefined) return { slot: null, freeAt };
    const name = attribute(slot);
    const request = {
      TableName: table,
      Key: toStringAttributes(key),
      ConditionExpression: `${mustExist ? "attribute_exists(pk) AND " : ""}(attribute_not_exists(${name}) OR ${name} <= :now)`,
      UpdateExpression: `SET ${name} = :until`,
      ExpressionAttributeValues: { ":now": { N: String(now.getTime()) }, ":until": { N: String(until.getTime()) } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    try {
      const result = await writeConditionally(client.send(new UpdateItemCommand(request)));
      if (result.isWritten) return { slot, until: until.getTime() };
      const found = result.item ?? {};
      const endOf = (other: number) => Number(found[attribute(other)]?.N ?? 0);
      candidates = others.filter((other) => endOf(other) <= now.getTime());
      const ends = slots.map(endOf).filter((end) => end > now.getTime());
      freeAt = ends.length > 0 ? Math.min(...ends) : null;
    } catch (error) {
      if (isKeyThrottled(error)) return { slot: null, freeAt };
      throw error;
    }
  }
}

/** Releases a lease, unless it has ended and another request has it. */
export async function releaseItemLease(
  client: DynamoDBClient,
  table: string,
  { key, attribute }: Pick<LeaseItem, "key" | "attribute">,
  { slot, until }: ItemLease,
): Promise<void> {
  const name = attribute(slot);
  const request = {
    TableName: table,
    Key: toStringAttributes(key),
    ConditionExpression: `${name} = :until`,
    UpdateExpression: `REMOVE ${name}`,
    ExpressionAttributeValues: { ":until": { N: String(until) } },
  };
  await writeConditionally(client.send(new UpdateItemCommand(request)));
}
