import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { readCost } from "#shared/auth/read-cost.ts";
import type { NoReadLease, ReadLease } from "#shared/auth/read-lease.ts";
import { leaseAttribute } from "#shared/auth/usage-attributes.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { isKeyThrottled, mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

const leases = Array.from({ length: readCost.maxConcurrent }, (_, at) => at + 1);

/**
 * Takes one of a token's leases for expensive requests. The first is tried without a look at
 * the others: a token that runs one such request at a time pays one write for it.
 */
export async function acquireReadLease(
  client: DynamoDBClient,
  table: string,
  holder: string,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<ReadLease | NoReadLease> {
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
      await mapTransientErrors(client.send(new UpdateItemCommand(request)));
      return { slot: lease, until: until.getTime() };
    } catch (error) {
      // The token's own requests keep its item busy: one that reads much has to wait like one that finds no lease.
      if (isKeyThrottled(error)) return { slot: null, freeAt };
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const found = error.Item ?? {};
      const endOf = (slot: number) => Number(found[leaseAttribute(slot)]?.N ?? 0);
      candidates = others.filter((other) => endOf(other) <= now.getTime());
      const ends = leases.map(endOf).filter((end) => end > now.getTime());
      freeAt = ends.length > 0 ? Math.min(...ends) : null;
    }
  }
}
