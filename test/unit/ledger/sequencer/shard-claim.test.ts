import { describe, expect, it } from "vitest";
import { initialClaim, nextClaim, repeatedLogs } from "#shared/ledger/sequencer/shard-claim.ts";

const sizes = (entries: Record<string, number>) => new Map(Object.entries(entries));

describe("nextClaim", () => {
  const first = nextClaim(initialClaim, { first: 1n, last: 10n, logSizes: sizes({ org_a: 3 }) });

  it("claims the first batch of a shard", () => {
    expect(first).toEqual({ version: 1, sequencedTo: 0n, claimedTo: 10n, scanFrom: sizes({ org_a: 3 }) });
  });

  it("takes everything before for finished when a batch starts after it", () => {
    const claim = nextClaim(first, { first: 11n, last: 20n, logSizes: sizes({ org_b: 5 }) });
    expect(claim).toEqual({ version: 2, sequencedTo: 10n, claimedTo: 20n, scanFrom: sizes({ org_b: 5 }) });
    expect(repeatedLogs(first, 11n)).toEqual(new Map());
  });

  it.each([
    ["is repeated", { first: 1n, last: 10n }, 10n],
    ["is repeated with later records", { first: 5n, last: 12n }, 12n],
    ["is repeated in part", { first: 1n, last: 4n }, 10n],
  ])("keeps the ends from which logs are scanned when a batch %s", (_, range, claimedTo) => {
    const claim = nextClaim(first, { ...range, logSizes: sizes({ org_a: 7, org_b: 5 }) });
    expect(claim).toEqual({ version: 2, sequencedTo: 0n, claimedTo, scanFrom: sizes({ org_a: 3, org_b: 5 }) });
    expect(repeatedLogs(first, range.first)).toEqual(sizes({ org_a: 3 }));
  });
});
