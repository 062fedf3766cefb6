import { Random } from "#infra/local/demo/random.ts";
import { ActivityError } from "#shared/errors.ts";
import { parseEventOfAnyRelease } from "#shared/events/dynamodb/parse-event-item.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { ReconcileOptions } from "#shared/ledger/reconcile/append-missing.ts";
import { reconcileLog } from "#shared/ledger/reconcile/reconcile-log.ts";
import type { SequencerPorts } from "#shared/ledger/sequencer/ports.ts";
import { sequenceBatch } from "#shared/ledger/sequencer/sequence-batch.ts";
import { testNow } from "#test/support/builders.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { type MemoryLedger, memoryClaims, memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryReconcileEvents, memoryRuns } from "#test/support/memory/reconcile.ts";
import { VirtualClock } from "#test/support/simulation/clock.ts";
import { InjectedCrash } from "#test/support/simulation/crash-injector.ts";
import { countFault, createFaultyPorts, type FaultCounts, type LedgerFaults } from "./faulty-ports.ts";
import {
  type CommittedRecord,
  createEarlierEvents,
  createSimulatedStream,
  type SimulatedShard,
} from "./simulated-stream.ts";

export type Sequence = typeof sequenceBatch;
export type Reconcile = typeof reconcileLog;

export type SimulatedRun = {
  readonly ledger: MemoryLedger;
  readonly records: readonly CommittedRecord[];
  /** Records that the sequencer gave up: nothing but their events can be given back. */
  readonly discarded: ReadonlySet<CommittedRecord>;
  readonly faultCounts: ReadonlyMap<keyof LedgerFaults, number>;
  /** Errors that no fault explains. */
  readonly errors: readonly unknown[];
};

export type SimulatedFunctions = { readonly sequence: Sequence; readonly reconcile: Reconcile };

const hourMs = 3_600_000;

/** The time in which all records of a stream must be in the ledger. */
const longestRunMs = hourMs;

/** A claim is kept for 48 hours. */
const claimLifetimeMs = 49 * hourMs;

/** What the sequencer cannot have in its stream. */
const oldMs = 25 * hourMs;

const reconciledLogs = ["org_a", "org_b", "org_c"] as const;

/**
 * Delivers a random stream to the sequencer as Lambda does, or worse, until every batch has succeeded or is given up: batches
 * of other sizes when they are repeated, in other orders, by several pollers, while invocations that timed out go on. Two
 * days later it delivers another one, when no claim of the first is left. Reconcilers run at the same time, and once more
 * in the end. The same seed gives the same run.
 */
export async function simulateSequencer(
  seed: number,
  { sequence = sequenceBatch, reconcile = reconcileLog }: Partial<SimulatedFunctions> = {},
): Promise<SimulatedRun> {
  const random = new Random(seed);
  const simulation = new SequencerSimulation(random, { sequence, reconcile });
  // The chunks before let some logs reach the end of a tile.
  for (const log of ["org_a", "org_b"]) {
    await putLog(simulation.ledger, log, chunksOf(eventEntries(random.pick([0, 0, 240, 255, 256, 500]), log)));
  }
  const early = createEarlierEvents(random, new Date(testNow.getTime() - 30 * 24 * hourMs));
  simulation.records.push(...early);
  await simulation.deliver("", 0);
  await simulation.deliver("later ", claimLifetimeMs);
  await simulation.finish();
  return simulation;
}

class SequencerSimulation implements SimulatedRun {
  readonly ledger: MemoryLedger;
  readonly records: CommittedRecord[] = [];
  readonly discarded = new Set<CommittedRecord>();
  readonly faultCounts: FaultCounts = new Map();
  readonly errors: unknown[] = [];
  readonly #random: Random;
  readonly #functions: SimulatedFunctions;
  readonly #clock = new VirtualClock(testNow);
  #claims: SequencerPorts["claims"] = memoryClaims();
  readonly #runs = memoryRuns();
  readonly #faults: LedgerFaults;
  readonly #slowClock: number;
  #damagedLog: string | null;

  constructor(random: Random, functions: SimulatedFunctions) {
    this.#random = random;
    this.#functions = functions;
    const chunksPerPage = random.pick([2, 10, 100]);
    this.ledger = memoryLedger(chunksPerPage);
    // Their records make the sequencer read the whole log, which takes too many pages of 2 chunks for any to survive.
    this.#slowClock = chunksPerPage === 2 ? 0 : random.pick([0, 0.2]);
    this.#damagedLog = random.pick([null, null, "org_b", "org_c"]);
    this.#faults = {
      crash: random.pick([0, 0.01, 0.03]),
      throttle: random.pick([0, 0.02, 0.05]),
      lostResponse: random.pick([0, 0.05, 0.2]),
      conflict: random.pick([0, 0.05]),
      pause: random.pick([0, 0.02, 0.1]),
      discard: random.pick([0, 0, 0.02]),
    };
  }

  /** Delivers the records of a stream that begins `afterMs` later. A shard starts when its parent has ended. */
  async deliver(name: string, afterMs: number): Promise<void> {
    await this.#wait(afterMs);
    if (afterMs >= claimLifetimeMs) this.#claims = memoryClaims();
    const stored = this.#clock.now();
    const shards = createSimulatedStream(this.#random, { stored, name, slowClock: this.#slowClock });
    this.records.push(...shards.flatMap(({ records }) => records));
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
    for (let count = this.#random.between(0, 3); count > 0; count--) void this.#reconcileOften();
    await this.#clock.run(stored.getTime() + longestRunMs);
    if (finished < shards.length) this.errors.push(new Error("The run has no end."));
    this.#damagedLog = null;
  }

  /** Reconciles all logs when nothing is in the stream any more. */
  async finish(): Promise<void> {
    await this.#wait(oldMs + hourMs);
    let finished = 0;
    for (const log of reconciledLogs) {
      void (async () => {
        while (!(await this.#reconcile(log))) await this.#clock.sleep(10);
        finished += 1;
      })();
    }
    await this.#clock.run(this.#clock.now().getTime() + longestRunMs);
    if (finished < reconciledLogs.length) this.errors.push(new Error("A reconciliation has no end."));
  }

  async #wait(ms: number): Promise<void> {
    void this.#clock.sleep(ms);
    await this.#clock.run(this.#clock.now().getTime() + ms);
  }

  async #reconcileOften(): Promise<void> {
    for (let count = this.#random.between(1, 20); count > 0; count--) {
      await this.#clock.sleep(this.#random.between(1, 500));
      await this.#reconcile(this.#random.pick(reconciledLogs));
    }
  }

  /** Goes on only after success, like the poller of an event source mapping, until it gives a batch up. */
  async #poll(shard: SimulatedShard, { from, isTwin }: { readonly from: number; readonly isTwin: boolean }) {
    const random = this.#random;
    const { records } = shard;
    for (let at = from; at < records.length; ) {
      const batch = records.slice(at, at + random.between(1, 12));
      if (await this.#deliver(shard.id, batch)) at += batch.length;
      else if (random.chance(this.#faults.discard)) {
        countFault(this.faultCounts, "discard");
        for (const record of batch) this.discarded.add(record);
        at += batch.length;
      } else await this.#clock.sleep(random.between(10, 200));
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
    try {
      const { failed } = await this.#functions.sequence(shard, batch, this.#createPorts());
      // The records of a damaged log are put into the dead letters, and count as done.
      const isDamaged = (error: unknown) => error instanceof DamagedChunkError;
      for (const { log } of failed.filter(({ error }) => isDamaged(error))) {
        for (const record of batch) if (record.log === log) this.discarded.add(record);
      }
      const open = failed.filter(({ error }) => !isDamaged(error));
      for (const { error } of open) this.#note(error);
      return open.length === 0;
    } catch (error) {
      this.#note(error);
      return false;
    }
  }

  /** Returns whether the log was compared to the end. */
  async #reconcile(log: string): Promise<boolean> {
    const { now } = this.#clock;
    const options: ReconcileOptions = {
      isDryRun: false,
      notifies: this.#random.chance(0.5),
      recordedBefore: new Date(now().getTime() - oldMs).toISOString(),
    };
    const list = () => this.records.flatMap(({ stored }) => stored ?? []);
    const events = memoryReconcileEvents(list, this.#random.pick([3, 50]));
    const ports = { ...this.#createPorts(), events, runs: this.#runs, parseEvent: parseEventOfAnyRelease };
    try {
      const deadline = now().getTime() + this.#random.between(0, 500);
      return (await this.#functions.reconcile(log, ports, { ...options, deadline })).step === "done";
    } catch (error) {
      if (!(error instanceof DamagedChunkError)) this.#note(error);
      return false;
    }
  }

  #createPorts(): SequencerPorts {
    const ports = createFaultyPorts(
      { ledger: this.ledger, claims: this.#claims },
      { clock: this.#clock, random: this.#random, faults: this.#faults, counts: this.faultCounts },
    );
    const damaged = this.#damagedLog;
    if (damaged === null) return ports;
    const getNewestChunk: MemoryLedger["getNewestChunk"] = (log, isConsistent) => {
      if (log === damaged) throw new DamagedChunkError(`log#${log}`, "injected");
      return ports.ledger.getNewestChunk(log, isConsistent);
    };
    // The proxy of the ledger has no properties to copy.
    const { getChunk, listChunks, put } = ports.ledger;
    return { ...ports, ledger: { getNewestChunk, getChunk, listChunks, put } };
  }

  #note(error: unknown): void {
    if (error instanceof InjectedCrash) countFault(this.faultCounts, "crash");
    else if (!(error instanceof ActivityError)) this.errors.push(error);
  }
}
