import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { leaseAttribute } from "#shared/auth/counted-attributes.ts";
import { readCost } from "#shared/auth/read-cost.ts";
import type { Lease, NoLease } from "#shared/auth/read-lease.ts";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { calling, isKeyThrottled } from "#shared/platform/dynamodb/transient-errors.ts";

const leases = Array.from({ length: readCost.atOnce }, (_, at) => at + 1);

/**
 * Takes one of a token's leases for expensive requests. The first is tried without a look at
 * the others: a token that runs one such request at a time pays one write for it.
 */
export async function takeLease(
  client: DynamoDBClient,
  table: string,
  holder: string,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<Lease | NoLease> {
  let candidates = leases;
  let freeAt: number | null = null;
  for (;;) {
    const [lease, ...others] = candidates;
    if (lease === undefined) return { slot: null, freeAt };
    const name = leaseAttribute(lease);
    const request = {
      TableName: table,
      Key: textAttributes(tokenKey(holder)),
      ConditionExpression: `attribute_exists(pk) AND (attribute_not_exists(${name}) OR ${name} <= :now)`,
      UpdateExpression: `SET ${name} = :until`,
      ExpressionAttributeValues: { ":now": { N: String(now.getTime()) }, ":until": { N: String(until.getTime()) } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    try {
      await calling(client.send(new UpdateItemCommand(request)));
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
