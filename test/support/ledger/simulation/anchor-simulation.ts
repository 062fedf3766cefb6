import type { DynamoDBRecord } from "aws-lambda";
import { Random } from "#infra/local/demo/random.ts";
import { ActivityError } from "#shared/errors.ts";
import { type AnchorHandlerOptions, createAnchorHandler } from "#shared/ledger/aws/anchor-handler.ts";
import { anchorsLog, type Chunk } from "#shared/ledger/chunk.ts";
import { nextChunk } from "#shared/ledger/sequencer/next-chunk.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { testNow } from "#test/support/builders.ts";
import { toChunkRecord } from "#test/support/ledger/chunk-record.ts";
import { chunksOf, eventEntries, putLog, testSource } from "#test/support/ledger/entries.ts";
import {
  type MemoryAnchorStore,
  type MemoryRounds,
  memoryAnchorProgress,
  memoryAnchorStore,
  memoryRounds,
} from "#test/support/memory/anchors.ts";
import { type MemoryLedger, memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryCheckpointKey, memoryCheckpoints, memoryTiles, testLogName } from "#test/support/memory/proofs.ts";
import { VirtualClock } from "#test/support/simulation/clock.ts";
import { createCrashInjector } from "#test/support/simulation/crash-injector.ts";

export type AnchorFault = "crash" | "throttle" | "lostResponse" | "conflict";

/** Replaces ports by ones with a defect, which the checks must find. */
export type AnchorMutant = (ports: AnchorHandlerOptions) => AnchorHandlerOptions;

const logs = ["org_a", "org_b", "org_c", "~unknown"] as const;

/** The rounds before let some runs reach the end of a tile. */
const earlierRounds = [0, 0, 250, 255] as const;

/**
 * Delivers chunks of several logs, from two shards, to the anchor function as Lambda does: again after an error, and by a
 * schedule without records. Calls fail, are lost or end the function. In the end the schedule runs once without faults. A
 * seed gives nearly the same run: signatures are verified by another thread.
 */
export async function simulateAnchors(
  seed: number,
  mutate: AnchorMutant = (ports) => ports,
): Promise<AnchorSimulation> {
  const simulation = new AnchorSimulation(new Random(seed), mutate);
  await simulation.run();
  return simulation;
}

export class AnchorSimulation {
  readonly ledger: MemoryLedger = memoryLedger();
  readonly rounds: MemoryRounds = memoryRounds();
  readonly store: MemoryAnchorStore = memoryAnchorStore();
  readonly checkpoints = memoryCheckpoints();
  readonly faultCounts = new Map<AnchorFault, number>();
  readonly forks: unknown[] = [];
  readonly damaged: number[] = [];
  /** Rounds that were outside before the run. */
  earlierRounds = 0;
  readonly #progress = memoryAnchorProgress();
  readonly #key = memoryCheckpointKey().key;
  readonly #clock = new VirtualClock(testNow);
  readonly #random: Random;
  readonly #mutate: AnchorMutant;
  readonly #probability: Record<AnchorFault, number>;
  #hasFaults = true;

  constructor(random: Random, mutate: AnchorMutant) {
    this.#random = random;
    this.#mutate = mutate;
    this.#probability = {
      crash: random.pick([0, 0.005, 0.02]),
      throttle: random.pick([0, 0.05]),
      lostResponse: random.pick([0, 0.1]),
      conflict: random.pick([0, 0.1]),
    };
  }

  async run(): Promise<void> {
    await this.#appendEarlierRounds(this.#random.pick(earlierRounds));
    const shards = [0, 1].map((shard) => this.#growLogs(logs.filter((_, at) => at % 2 === shard)));
    const isOpen = [true, true];
    shards.forEach((records, shard) => {
      void this.#poll(records).then(() => {
        isOpen[shard] = false;
      });
    });
    let isFinished = false;
    void (async () => {
      while (isOpen.includes(true)) {
        await this.#clock.sleep(this.#random.between(100, 2_000));
        await this.#invoke(null);
      }
      this.#hasFaults = false;
      await this.#invoke(null);
      isFinished = true;
    })();
    // Signatures are verified by another thread, for which the clock does not wait.
    while (!isFinished) await this.#clock.run();
  }

  async #appendEarlierRounds(count: number): Promise<void> {
    this.earlierRounds = count;
    const entries = Array.from({ length: count }, (_, at) => {
      return { kind: "anchor" as const, sha256: new Uint8Array(32).fill(at) };
    });
    await putLog(this.ledger, anchorsLog, chunksOf(entries, { sizes: entries.map(() => 1) }));
    await this.#progress.put(this.store.name, count);
  }

  /** Returns the records of chunks that are appended to logs, in the order of a shard. */
  #growLogs(names: readonly string[]): DynamoDBRecord[] {
    const heads = new Map<string, Chunk>();
    return Array.from({ length: this.#random.between(1, 30) }, () => {
      const log = this.#random.pick([names[0] ?? "", ...names]);
      const entries = eventEntries(this.#random.between(1, 3));
      const { chunk } = nextChunk(heads.get(log) ?? null, entries, { now: testNow, source: testSource });
      heads.set(log, chunk);
      this.heads.set(log, chunk);
      return toChunkRecord(log, chunk);
    });
  }

  /** The last chunk of each log. */
  readonly heads = new Map<string, Chunk>();

  async #poll(records: readonly DynamoDBRecord[]): Promise<void> {
    for (let at = 0; at < records.length; ) {
      const batch = records.slice(at, at + this.#random.between(1, 10));
      if (await this.#invoke(batch)) at += batch.length;
      else await this.#clock.sleep(this.#random.between(10, 200));
    }
  }

  /** Returns whether the batch is done. */
  async #invoke(records: readonly DynamoDBRecord[] | null): Promise<boolean> {
    const crashes = createCrashInjector(() => this.#random.next(), this.#hasFaults ? this.#probability.crash : 0);
    const handler = createAnchorHandler(this.#mutate(this.#createPorts(crashes)));
    try {
      const response = await handler(records === null ? {} : { Records: [...records] }, buildLambdaContext());
      // A function that has crashed returns nothing.
      if (crashes.hasCrashed) this.#count("crash");
      return !crashes.hasCrashed && response?.batchItemFailures.length === 0;
    } catch {
      if (crashes.hasCrashed) this.#count("crash");
      return false;
    }
  }

  #createPorts(crashes: ReturnType<typeof createCrashInjector>): AnchorHandlerOptions {
    const { ledger, rounds, store, checkpoints } = this;
    const wrap = <T extends object>(port: T) => crashes.wrap(this.#withFaults(port));
    return {
      ledger: crashes.wrap(
        this.#withFaults<AnchorHandlerOptions["ledger"]>({
          getNewestChunk: ledger.getNewestChunk,
          listChunks: ledger.listChunks,
          put: (...args) => this.#write(() => ledger.put(...args)),
        }),
      ),
      checkpoints: wrap({ ...checkpoints, put: (...args) => this.#write(() => checkpoints.put(...args)) }),
      tiles: wrap(memoryTiles(ledger)),
      rounds: wrap({ get: rounds.get, put: rounds.put }),
      progress: wrap(this.#progress),
      store: Object.assign(wrap({ put: store.put }), { name: store.name }),
      checkpointKeys: [wrap(this.#key)],
      quarantine: { put: async () => {} },
      logName: testLogName,
      requestCosignatures: async ({ note }) => note,
      createSeed: () => Uint8Array.from({ length: 32 }, () => this.#random.between(0, 255)),
      reportFork: (error) => void this.forks.push(error),
      reportDamagedRound: (index) => void this.damaged.push(index),
      now: this.#clock.now,
      waitAfterConflict: () => this.#clock.sleep(this.#random.between(0, 20)),
    };
  }

  /** Lets calls take time, and be throttled. */
  #withFaults<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          await this.#clock.sleep(this.#random.between(1, 10));
          if (this.#happens("throttle")) throw new ActivityError("unavailable", "injected");
          return Reflect.apply(method, target, args);
        };
      },
    });
  }

  async #write(put: () => Promise<boolean>): Promise<boolean> {
    if (this.#happens("conflict")) return false;
    const isWritten = await put();
    return isWritten && !this.#happens("lostResponse");
  }

  #happens(fault: AnchorFault): boolean {
    const does = this.#hasFaults && this.#random.chance(this.#probability[fault]);
    if (does) this.#count(fault);
    return does;
  }

  #count(fault: AnchorFault): void {
    this.faultCounts.set(fault, 1 + (this.faultCounts.get(fault) ?? 0));
  }
}
