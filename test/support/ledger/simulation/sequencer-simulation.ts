import { Random } from "#infra/local/demo/random.ts";
import { ActivityError } from "#shared/errors.ts";
import type { SequencerPorts } from "#shared/ledger/sequencer/ports.ts";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import { testNow } from "#test/support/builders.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { type MemoryLedger, memoryClaims, memoryLedger } from "#test/support/memory/ledger.ts";
import { VirtualClock } from "#test/support/simulation/clock.ts";
import { InjectedCrash } from "#test/support/simulation/crash-injector.ts";
import { countFault, createFaultyPorts, type FaultCounts, type LedgerFaults } from "./faulty-ports.ts";
import { type CommittedRecord, createSimulatedStream, type SimulatedShard } from "./simulated-stream.ts";

export type Sequence = typeof sequenceBatch;

export type SimulatedRun = {
  readonly ledger: MemoryLedger;
  readonly records: readonly CommittedRecord[];
  readonly faultCounts: ReadonlyMap<keyof LedgerFaults, number>;
  /** Errors that no fault explains. */
  readonly errors: readonly unknown[];
};

/** The time in which all records must be in the ledger. */
const longestRunMs = 3_600_000;

/**
 * Delivers a random stream to the sequencer as Lambda does, or worse, until every batch has succeeded: batches of other
 * sizes when they are repeated, in other orders, by several pollers, while invocations that timed out go on. The same seed
 * gives the same run.
 */
export async function simulateSequencer(seed: number, sequence: Sequence = sequenceBatch): Promise<SimulatedRun> {
  const random = new Random(seed);
  const simulation = new SequencerSimulation(random, sequence);
  // The chunks before let some logs reach the end of a tile.
  for (const log of ["org_a", "org_b"]) {
    await putLog(simulation.ledger, log, chunksOf(eventEntries(random.pick([0, 0, 240, 255, 256, 500]), log)));
  }
  const shards = createSimulatedStream(random);
  await simulation.run(shards);
  return {
    ledger: simulation.ledger,
    records: shards.flatMap(({ records }) => records),
    faultCounts: simulation.faultCounts,
    errors: simulation.errors,
  };
}

class SequencerSimulation {
  readonly ledger: MemoryLedger;
  readonly faultCounts: FaultCounts = new Map();
  readonly errors: unknown[] = [];
  readonly #random: Random;
  readonly #sequence: Sequence;
  readonly #clock = new VirtualClock(testNow);
  readonly #claims: SequencerPorts["claims"] = memoryClaims();
  readonly #faults: LedgerFaults;

  constructor(random: Random, sequence: Sequence) {
    this.#random = random;
    this.#sequence = sequence;
    this.ledger = memoryLedger(random.pick([2, 10, 100]));
    this.#faults = {
      crash: random.pick([0, 0.01, 0.03]),
      throttle: random.pick([0, 0.02, 0.05]),
      lostResponse: random.pick([0, 0.05, 0.2]),
      conflict: random.pick([0, 0.05]),
      pause: random.pick([0, 0.02, 0.1]),
    };
  }

  /** Delivers all records. A shard starts when its parent has ended. */
  async run(shards: readonly SimulatedShard[]): Promise<void> {
    const ends = new Map<string, Promise<void>>();
    let finished = 0;
    for (const shard of shards) {
      const end = (async () => {
        await ends.get(shard.parent ?? "");
        await this.#poll(shard, { from: 0, isTwin: false });
        finished += 1;
      })();
      ends.set(shard.id, end);
    }
    await this.#clock.run(testNow.getTime() + longestRunMs);
    if (finished < shards.length) this.errors.push(new Error("The run has no end."));
  }

  /** Goes on only after success, like the poller of an event source mapping. */
  async #poll(shard: SimulatedShard, { from, isTwin }: { readonly from: number; readonly isTwin: boolean }) {
    const random = this.#random;
    const { records } = shard;
    for (let at = from; at < records.length; ) {
      const batch = records.slice(at, at + random.between(1, 12));
      if (await this.#deliver(shard.id, batch)) at += batch.length;
      else await this.#clock.sleep(random.between(10, 200));
      // The mapping was created anew, or has lost its progress.
      if (random.chance(0.03)) at = random.between(0, at);
      if (random.chance(0.1)) {
        const first = random.between(0, at);
        void this.#deliver(shard.id, records.slice(first, random.between(first, at)));
      }
      if (!isTwin && random.chance(0.05)) void this.#poll(shard, { from: random.between(0, at), isTwin: true });
    }
  }

  /** Returns whether the invocation succeeded. One that has timed out goes on nevertheless. */
  async #deliver(shard: string, batch: readonly CommittedRecord[]): Promise<boolean> {
    const invocation = this.#invoke(shard, batch);
    if (this.#random.chance(0.9)) return invocation;
    const timeout = this.#clock.sleep(this.#random.between(1, 100)).then(() => false);
    return Promise.race([invocation, timeout]);
  }

  async #invoke(shard: string, batch: readonly CommittedRecord[]): Promise<boolean> {
    const environment = {
      clock: this.#clock,
      random: this.#random,
      faults: this.#faults,
      counts: this.faultCounts,
    };
    const ports = createFaultyPorts({ ledger: this.ledger, claims: this.#claims }, environment);
    try {
      const { failed } = await this.#sequence(shard, batch, ports);
      for (const { error } of failed) this.#note(error);
      return failed.length === 0;
    } catch (error) {
      this.#note(error);
      return false;
    }
  }

  #note(error: unknown): void {
    if (error instanceof InjectedCrash) countFault(this.faultCounts, "crash");
    else if (!(error instanceof ActivityError)) this.errors.push(error);
  }
}
