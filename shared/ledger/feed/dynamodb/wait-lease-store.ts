import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { maxWaitsPerOrg, type WaitLeases, waitLeaseMs } from "#shared/ledger/feed/wait-leases.ts";
import { changeWaitsKey, orgChangeWaitsKey } from "#shared/platform/dynamodb/keys.ts";
import { acquireItemLease, type ItemLease, releaseItemLease } from "#shared/platform/dynamodb/leases.ts";

export type WaitLeaseOptions = {
  /** Requests of all organisations that may wait concurrently. */
  readonly maxWaits: number;
  /** Returns a number from 0 to less than 1. */
  random(): number;
};

const attribute = (slot: number) => `lease_${slot}`;

/** Creates the store of the leases of waiting requests, in the config table: an item of each organisation, and one of all. */
export function createWaitLeaseStore(
  client: DynamoDBClient,
  table: string,
  { maxWaits, random }: WaitLeaseOptions,
): WaitLeases {
  const toItem = (key: ReturnType<typeof changeWaitsKey>, count: number, first: number) => ({
    key,
    slots: Array.from({ length: count }, (_, at) => ((first + at) % count) + 1),
    attribute,
    mustExist: false,
  });
  const release = (key: ReturnType<typeof changeWaitsKey>, lease: ItemLease) =>
    releaseItemLease(client, table, { key, attribute }, lease);
  return {
    async acquire(org_id, now) {
      const time = { now, until: new Date(now.getTime() + waitLeaseMs) };
      const ofOrg = await acquireItemLease(client, table, toItem(orgChangeWaitsKey(org_id), maxWaitsPerOrg, 0), time);
      if (ofOrg.slot === null) return null;
      // A random first slot: concurrent requests seldom try the same one.
      const all = toItem(changeWaitsKey(), maxWaits, Math.floor(random() * maxWaits));
      const ofAll = await acquireItemLease(client, table, all, time);
      if (ofAll.slot !== null) return { org_id, ofOrg, ofAll };
      await release(orgChangeWaitsKey(org_id), ofOrg);
      return null;
    },

    async release({ org_id, ofOrg, ofAll }) {
      await Promise.all([release(orgChangeWaitsKey(org_id), ofOrg), release(changeWaitsKey(), ofAll)]);
    },
  };
}
