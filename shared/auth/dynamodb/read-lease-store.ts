import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { ExpensiveReadLease, NoExpensiveReadLease } from "#shared/auth/expensive-read-lease.ts";
import { readCost } from "#shared/auth/rate-limit-cost.ts";
import { leaseAttribute } from "#shared/auth/usage-attributes.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { isKeyThrottled } from "#shared/platform/dynamodb/transient-errors.ts";

const leases = Array.from({ length: readCost.maxConcurrent }, (_, at) => at + 1);

/**
 * Acquires one of a token's leases for expensive requests. Tries the first without reading the others, so that a token
 * with one such request at a time pays one write for it.
 */
export async function acquireReadLease(
  client: DynamoDBClient,
  table: string,
  holder: string,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<ExpensiveReadLease | NoExpensiveReadLease> {
  let candidates = leases;
  let freeAt: number | null = null;
  for (;;) {
    const [lease, ...others] = candidates;
    if (lease === undefined) return { slot: null, freeAt };
    const name = leaseAttribute(lease);
    const request = {
      TableName: table,
      Key: toStringAttributes(tokenKey(holder)),
      ConditionExpression: `attribute_exists(pk) AND (attribute_not_exists(${name}) OR ${name} <= :now)`,
      UpdateExpression: `SET ${name} = :until`,
      ExpressionAttributeValues: { ":now": { N: String(now.getTime()) }, ":until": { N: String(until.getTime()) } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    try {
      const result = await writeConditionally(client.send(new UpdateItemCommand(request)));
      if (result.isWritten) return { slot: lease, until: until.getTime() };
      const found = result.item ?? {};
      const endOf = (slot: number) => Number(found[leaseAttribute(slot)]?.N ?? 0);
      candidates = others.filter((other) => endOf(other) <= now.getTime());
      const ends = leases.map(endOf).filter((end) => end > now.getTime());
      freeAt = ends.length > 0 ? Math.min(...ends) : null;
    } catch (error) {
      // The token's own requests keep its item busy: an expensive one then waits as if all leases were taken.
      if (isKeyThrottled(error)) return { slot: null, freeAt };
      throw error;
    }
  }
}
