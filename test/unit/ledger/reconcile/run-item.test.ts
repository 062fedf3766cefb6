import { marshall } from "@aws-sdk/util-dynamodb";
import { describe, expect, it } from "vitest";
import { fromStoredFields, storedRunSchema, toStoredFields } from "#shared/ledger/reconcile/dynamodb/run-item.ts";
import { addEvent, maxRanges } from "#shared/ledger/reconcile/event-range.ts";
import { createRun, type ReconcileRun } from "#shared/ledger/reconcile/reconcile-run.ts";
import { parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import { testNow } from "#test/support/builders.ts";
import { aRecordedEvent } from "#test/support/ledger/reconcile-fixture.ts";

const largestItemBytes = 400 * 1024;

function aRun(rangeCount: number, listedCount: number): ReconcileRun {
  const run = createRun(testNow);
  for (let at = 0; at < rangeCount; at++) addEvent(run.ranges, aRecordedEvent(at, 1e6 - at), 1);
  run.after = { event_id: "evt_1", entity_id: "inv_1", occurred_at: testNow.toISOString() };
  run.listed = new Set(Array.from({ length: listedCount }, (_, at) => 2n ** 64n - 1n - BigInt(at)));
  return run;
}

describe("the item of a run", () => {
  it("has the whole run", () => {
    const run = aRun(5, 3);
    expect(fromStoredFields(parseItem(storedRunSchema, marshall(toStoredFields(run, 7))))).toEqual(run);
  });

  it("fits into an item of DynamoDB when it is largest", () => {
    const { ranges, listed } = toStoredFields(aRun(maxRanges, 16_000), 1);
    expect(ranges.length + listed.length + 2_000).toBeLessThan(largestItemBytes);
  });
});
