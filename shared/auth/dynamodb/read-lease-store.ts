import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ExpensiveReadLease, NoExpensiveReadLease } from "#shared/auth/expensive-read-lease.ts";
import { readCost } from "#shared/auth/rate-limit-cost.ts";
import { leaseAttribute } from "#shared/auth/usage-attributes.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { acquireItemLease } from "#shared/platform/dynamodb/leases.ts";

const slots = Array.from({ length: readCost.maxConcurrent }, (_, at) => at + 1);

/**
 * Acquires one of a token's leases for expensive requests. If the token's own requests keep its item busy, an expensive
 * one waits as if all leases were taken.
 */
export function acquireReadLease(
  client: DynamoDBClient,
  table: string,
  holder: string,
  time: { readonly now: Date; readonly until: Date },
): Promise<ExpensiveReadLease | NoExpensiveReadLease> {
  const item = { key: tokenKey(holder), slots, attribute: leaseAttribute, mustExist: true };
  return acquireItemLease(client, table, item, time);
}
