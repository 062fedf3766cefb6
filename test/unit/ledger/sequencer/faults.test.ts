import { describe, expect, it } from "vitest";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import type { ShardClaims } from "#shared/ledger/sequencer/shard-claim.ts";
import { findViolations } from "#test/support/ledger/simulation/check-ledger.ts";
import { type Sequence, simulateSequencer } from "#test/support/ledger/simulation/sequencer-simulation.ts";
import { seedCountOverride, seedOverride } from "#test/support/vitest/environment.ts";

/** `SEEDS=2000` runs more of them, `SEED=17` only this one. */
const onlySeed = seedOverride();
const seeds = onlySeed === null ? range(seedCountOverride() ?? 200) : [onlySeed];

const faultNames = ["crash", "throttle", "lostResponse", "conflict", "pause"] as const;

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}

/** Claims of which nothing is kept: every batch seems to be the first of its shard. */
const forgottenClaims = (): ShardClaims => ({ get: async () => null, put: async () => true });

/** Claims that do not say where to look for the records that were claimed before. */
const claimsWithoutScan = (claims: ShardClaims): ShardClaims => ({
  ...claims,
  async get(shard) {
    const claim = await claims.get(shard);
    return claim === null ? null : { ...claim, scanFrom: new Map() };
  },
});

/** Claims that are read, but not waited for: a sequencer goes on although another one was first. */
const claimsWithoutLock = (claims: ShardClaims): ShardClaims => ({
  ...claims,
  async put(shard, claim) {
    await claims.put(shard, claim);
    return true;
  },
});

describe("sequenceBatch under faults", () => {
  it("appends each record once, and those of a document in the order of their commits", async () => {
    for (const seed of seeds) {
      expect(findViolations(await simulateSequencer(seed)), `SEED=${seed}`).toEqual([]);
    }
  });

  it("meets every kind of fault", async () => {
    const total = new Map(faultNames.map((name) => [name, 0]));
    for (const seed of range(20)) {
      const { faultCounts } = await simulateSequencer(seed);
      for (const [name, count] of faultCounts) total.set(name, count + (total.get(name) ?? 0));
    }
    expect([...total].filter(([, count]) => count === 0)).toEqual([]);
  });

  it.each([
    ["has forgotten its claims", forgottenClaims],
    ["does not look for records that were claimed before", claimsWithoutScan],
    ["goes on without its claim", claimsWithoutLock],
  ])("loses or repeats records when the sequencer %s", async (_, mutate) => {
    const mutated: Sequence = (shard, records, ports) =>
      sequenceBatch(shard, records, { ...ports, claims: mutate(ports.claims) });
    let seed = 1;
    while (seed <= 100 && findViolations(await simulateSequencer(seed, mutated)).length === 0) seed += 1;
    expect(seed).toBeLessThanOrEqual(100);
  });
});
