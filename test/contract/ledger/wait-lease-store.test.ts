import { beforeAll, describe, expect, it } from "vitest";
import { createWaitLeaseStore } from "#shared/ledger/feed/dynamodb/wait-lease-store.ts";
import type { WaitLease, WaitLeases } from "#shared/ledger/feed/wait-leases.ts";
import { testNow } from "#test/support/builders.ts";
import { createLedgerTables, ledgerTables } from "#test/support/dynamodb/ledger-tables.ts";

const maxWaits = 7;
const later = (seconds: number) => new Date(testNow.getTime() + seconds * 1_000);

let waits: WaitLeases;
let held: (WaitLease | null)[] = [];

beforeAll(async () => {
  waits = createWaitLeaseStore(await createLedgerTables(), ledgerTables.config, { maxWaits, random: () => 0.5 });
});

/** Releases what the test before has acquired, and acquires a lease for each organisation, concurrently. */
async function acquireAll(orgIds: readonly string[], now = testNow): Promise<(WaitLease | null)[]> {
  for (const lease of held) if (lease !== null) await waits.release(lease);
  held = await Promise.all(orgIds.map((orgId) => waits.acquire(orgId, now)));
  return held;
}

const countGranted = (leases: readonly (WaitLease | null)[]) => leases.filter((lease) => lease !== null).length;

describe("createWaitLeaseStore", () => {
  it("grants three leases to an organisation, however many it asks for concurrently", async () => {
    expect(countGranted(await acquireAll(Array(8).fill("org_a")))).toBe(3);
    const other = await waits.acquire("org_b", testNow);
    held.push(other);
    expect(other).not.toBeNull();
  });

  it("grants a number of leases to all organisations together, and gives back what it cannot use", async () => {
    const orgIds = Array.from({ length: 12 }, (_, at) => `org_${at}`);
    const leases = await acquireAll(orgIds);
    expect(countGranted(leases)).toBe(maxWaits);
    const refused = orgIds[leases.indexOf(null)] ?? "";
    for (const lease of leases) if (lease !== null) await waits.release(lease);
    expect(countGranted(await acquireAll([refused, refused, refused]))).toBe(3);
  });

  it("grants a lease again after it was released or has ended, and then does not release it for the former holder", async () => {
    const [first] = await acquireAll(["org_a", "org_a", "org_a"]);
    if (first === undefined || first === null) throw new Error("no lease");
    expect(await waits.acquire("org_a", later(29))).toBeNull();
    await waits.release(first);
    const second = await waits.acquire("org_a", later(29));
    expect(second).toMatchObject({ ofOrg: { slot: first.ofOrg.slot } });
    await waits.release(first);
    expect(await waits.acquire("org_a", later(29.5))).toBeNull();
    expect(await waits.acquire("org_a", later(31))).not.toBeNull();
  });
});
