import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type Lease, leaseMs } from "#shared/webhooks/limits/circuit-breaker.ts";
import type { PermitAnswer, PermitPool, PermitStore } from "#shared/webhooks/limits/org-permits.ts";
import { testNow } from "#test/support/builders.ts";
import { meterOf } from "#test/support/metering.ts";
import { type Engine, startTables, storesIn, storesInMemory } from "#test/support/webhook-fixtures.ts";

let engine: Engine;
let real: PermitStore;
beforeAll(async () => {
  engine = await startTables();
  real = storesIn(engine).permits;
});
const memory = storesInMemory().permits;

const now = testNow.getTime();

const aLease = (slots: number): Lease => ({ id: randomUUID(), slots, until: now + leaseMs });

const aPool = (size: number): PermitPool => ({ org_id: `org_${randomUUID()}`, part: 0, size });

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("permits in %s", (_, store) => {
  it("are granted until the pool is empty, however many ask concurrently", async () => {
    const pool = aPool(12);
    const answers = await Promise.all(Array.from({ length: 30 }, () => store().take(pool, aLease(2), now)));
    expect(answers.filter(({ granted }) => granted)).toHaveLength(6);
  });

  it("are held once where the answer to the first request was lost, and given back once", async () => {
    const pool = aPool(5);
    const lease = aLease(5);
    for (let n = 0; n < 2; n++) expect(await store().take(pool, lease, now)).toMatchObject({ granted: true, held: 5 });
    for (let n = 0; n < 2; n++) await store().giveBack(pool, lease);
    expect(await store().take(pool, aLease(5), now)).toMatchObject({ granted: true, held: 5 });
  });

  it("may be given back where none was taken", async () => {
    await expect(store().giveBack(aPool(5), aLease(5))).resolves.toBeUndefined();
  });

  it("are of a pool that another stage setting makes smaller", async () => {
    const pool = aPool(10);
    await store().take(pool, aLease(8), now);
    expect(await store().take({ ...pool, size: 5 }, aLease(1), now)).toMatchObject({ granted: false, held: 8 });
  });
});

it("permits in memory do what those in DynamoDB do, whatever comes", async () => {
  const inOrder = ({ leases, ...answer }: PermitAnswer) => ({
    ...answer,
    leases: leases.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
  });
  const command = fc.record({ which: fc.option(fc.nat(20)), slots: fc.integer({ min: 1, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 12 }), async (commands) => {
      const pool = aPool(9);
      const taken: Lease[] = [];
      for (const { which, slots } of commands) {
        const known = which === null ? undefined : taken[which % taken.length];
        if (known !== undefined) {
          for (const store of [real, memory]) await store.giveBack(pool, known);
          continue;
        }
        const lease = aLease(slots);
        const answers = await Promise.all([real, memory].map((store) => store.take(pool, lease, now)));
        const [first, second] = answers.map(inOrder);
        expect(second).toEqual(first);
        taken.push(lease);
      }
    }),
    { numRuns: 40 },
  );
});

it("a full pool of 25 costs at most three write units", async () => {
  const pool = aPool(25);
  for (let n = 0; n < 24; n++) await real.take(pool, aLease(1), now);
  const units = meterOf(engine.client);
  const lease = aLease(1);
  await real.take(pool, lease, now);
  await real.giveBack(pool, lease);
  expect(Math.max(...units)).toBeLessThanOrEqual(3);
});
