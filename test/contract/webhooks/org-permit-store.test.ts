import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { leaseMs, type PermitLease } from "#shared/webhooks/limits/endpoint-health.ts";
import type { OrgPermitStore, PermitAcquisition, PermitPool } from "#shared/webhooks/limits/org-permits.ts";
import { testNow } from "#test/support/builders.ts";
import { meterOf } from "#test/support/dynamodb/metering.ts";
import {
  createDynamodbStores,
  createMemoryStores,
  createWebhookTables,
  type WebhookDatabase,
} from "#test/support/webhooks/webhook-stores.ts";

let database: WebhookDatabase;
let real: OrgPermitStore;
beforeAll(async () => {
  database = await createWebhookTables();
  real = createDynamodbStores(database).orgPermits;
});
const memory = createMemoryStores().orgPermits;

const now = testNow.getTime();

const aLease = (permits: number): PermitLease => ({ id: randomUUID(), permits, expiresAt: now + leaseMs });

const aPool = (size: number): PermitPool => ({ org_id: `org_${randomUUID()}`, part: 0, size });

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("organisation permit store in %s", (_, store) => {
  it("grants concurrent leases until the pool is empty", async () => {
    const pool = aPool(12);
    const results = await Promise.all(Array.from({ length: 30 }, () => store().acquire(pool, aLease(2), now)));
    expect(results.filter(({ granted }) => granted)).toHaveLength(6);
  });

  it("acquires and releases a lease once when the call is repeated", async () => {
    const pool = aPool(5);
    const lease = aLease(5);
    for (let n = 0; n < 2; n++)
      expect(await store().acquire(pool, lease, now)).toMatchObject({ granted: true, held: 5 });
    for (let n = 0; n < 2; n++) await store().release(pool, lease);
    expect(await store().acquire(pool, aLease(5), now)).toMatchObject({ granted: true, held: 5 });
  });

  it("ignores the release of a lease that was not acquired", async () => {
    await expect(store().release(aPool(5), aLease(5))).resolves.toBeUndefined();
  });

  it("refuses leases beyond a pool that became smaller", async () => {
    const pool = aPool(10);
    await store().acquire(pool, aLease(8), now);
    expect(await store().acquire({ ...pool, size: 5 }, aLease(1), now)).toMatchObject({ granted: false, held: 8 });
  });
});

it("(property) the memory store of permits behaves like DynamoDB", async () => {
  const inOrder = ({ leases, ...acquisition }: PermitAcquisition) => ({
    ...acquisition,
    leases: leases.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
  });
  const command = fc.record({ which: fc.option(fc.nat(20)), permits: fc.integer({ min: 1, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 12 }), async (commands) => {
      const pool = aPool(9);
      const leases: PermitLease[] = [];
      for (const { which, permits } of commands) {
        const known = which === null ? undefined : leases[which % leases.length];
        if (known !== undefined) {
          for (const store of [real, memory]) await store.release(pool, known);
          continue;
        }
        const lease = aLease(permits);
        const results = await Promise.all([real, memory].map((store) => store.acquire(pool, lease, now)));
        const [first, second] = results.map(inOrder);
        expect(second).toEqual(first);
        leases.push(lease);
      }
    }),
    { numRuns: 40 },
  );
});

it("orgPermitStore.acquire costs at most three write units for a full pool of 25", async () => {
  const pool = aPool(25);
  for (let n = 0; n < 24; n++) await real.acquire(pool, aLease(1), now);
  const units = meterOf(database.client);
  const lease = aLease(1);
  await real.acquire(pool, lease, now);
  await real.release(pool, lease);
  expect(Math.max(...units)).toBeLessThanOrEqual(3);
});
