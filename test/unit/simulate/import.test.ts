import { describe, expect, it } from "vitest";
import { type ImportOptions, type IngestPolicy, simulateImport } from "#test/simulate/ingest-import.ts";
import { createIngestPolicy } from "#test/simulate/ingest-policy.ts";

const options: ImportOptions = {
  seed: 3,
  queue: { visibilityMs: 36_000, maxReceives: 1_000 },
  source: { batchSize: 10, maxConcurrency: 100 },
  imported: 60_000,
  shards: 1,
  quiet: { orgs: 1_000, perSecond: 100 },
  createPolicy: createIngestPolicy,
};

/** Creates a policy that never defers: throttled events stay in the queue, and each receive counts. */
const leaveToQueue = (): IngestPolicy => ({
  deferralBeforePutMs: () => null,
  onThrottled: () => null,
  onStored: () => undefined,
});

const simulate = (changed: Partial<ImportOptions> = {}) => simulateImport({ ...options, ...changed }, () => undefined);

describe("simulateImport", () => {
  it("stores every event without dead letters when throttled events are deferred", () => {
    const { imported, quiet, quietDeadLetters, deferrals } = simulate();
    expect(imported).toMatchObject({ stored: 60_000, deadLetters: 0 });
    expect(quietDeadLetters).toBe(0);
    expect(deferrals).toBeGreaterThan(0);
    expect(quiet.p99).toBeLessThan(1_000);
  });

  it("reports dead letters when throttled events are left to the queue", () => {
    const queue = { visibilityMs: 120_000, maxReceives: 5 };
    const { imported, mostInFlight } = simulate({ queue, createPolicy: leaveToQueue });
    expect(imported.deadLetters).toBeGreaterThan(0);
    expect(imported.stored + imported.deadLetters).toBe(60_000);
    expect(mostInFlight).toBeGreaterThan(10_000);
  });

  it("stores events as fast as they are sent when the index keys have sixteen shards", () => {
    const { imported, deferrals } = simulate({ shards: 16 });
    expect(imported.perSecond).toBeGreaterThan(9_000);
    expect(deferrals).toBe(0);
  });

  it("returns the same result for the same seed", () => {
    const first = simulate({ imported: 20_000 });
    expect(simulate({ imported: 20_000 })).toEqual(first);
    expect(simulate({ imported: 20_000, seed: 4 })).not.toEqual(first);
  });
});
