import { describe, expect, it } from "vitest";
import { createPacer, paceWrites } from "#shared/ledger/reconcile/pacer.ts";
import { chunksOf, eventEntries } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";

function pacedClock(unitsPerSecond: number) {
  let ms = 0;
  const pacer = createPacer({
    unitsPerSecond,
    now: () => ms,
    async sleep(by) {
      ms += by;
    },
  });
  return { pacer, elapsedMs: () => ms };
}

describe("createPacer", () => {
  it("delays the call after a number of units", async () => {
    const { pacer, elapsedMs } = pacedClock(100);
    await pacer.next();
    pacer.add(50);
    expect(elapsedMs()).toBe(0);
    await pacer.next();
    expect(elapsedMs()).toBe(500);
  });
});

describe("paceWrites", () => {
  it("writes full chunks at the rate of their units", async () => {
    const { pacer, elapsedMs } = pacedClock(100);
    const ledger = memoryLedger();
    const paced = paceWrites(ledger, pacer);
    for (const { chunk, tileRoots } of chunksOf(eventEntries(3 * 256))) await paced.put("org_a", chunk, tileRoots);
    expect(ledger.logs.get("org_a")).toHaveLength(3);
    // Two chunks of 26 KB, in a transaction, are paid for before the third.
    expect(elapsedMs()).toBe((2 * 2 * 26 * 1_000) / 100);
  });
});
