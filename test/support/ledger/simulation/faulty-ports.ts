import type { Random } from "#infra/local/demo/random.ts";
import { ActivityError } from "#shared/errors.ts";
import type { SequencerPorts } from "#shared/ledger/sequencer/ports.ts";
import type { VirtualClock } from "#test/support/simulation/clock.ts";
import { createCrashInjector } from "#test/support/simulation/crash-injector.ts";

/** Probabilities for each call. */
export type LedgerFaults = {
  /** The function ends before or after the call. */
  readonly crash: number;
  /** The call is refused and has no effect. */
  readonly throttle: number;
  /** The write has its effect, but its response does not arrive. */
  readonly lostResponse: number;
  /** A write meets another transaction, and has no effect. */
  readonly conflict: number;
  /** The call takes up to a second, and not up to 10 ms. */
  readonly pause: number;
  /** A batch that failed is given up. */
  readonly discard: number;
};

/** How often each fault happened. */
export type FaultCounts = Map<keyof LedgerFaults, number>;

export function countFault(counts: FaultCounts, fault: keyof LedgerFaults): void {
  counts.set(fault, 1 + (counts.get(fault) ?? 0));
}

type FaultyEnvironment = {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly faults: LedgerFaults;
  readonly counts: FaultCounts;
};

/** Creates the ports of one invocation of the sequencer over shared stores. */
export function createFaultyPorts(
  { ledger, claims }: Pick<SequencerPorts, "ledger" | "claims">,
  { clock, random, faults, counts }: FaultyEnvironment,
): SequencerPorts {
  const crashes = createCrashInjector(() => random.next(), faults.crash);
  const skewMs = random.between(-500, 500);
  const happens = (fault: keyof LedgerFaults) => {
    const does = random.chance(faults[fault]);
    if (does) countFault(counts, fault);
    return does;
  };
  const takeTime = () => clock.sleep(random.between(1, happens("pause") ? 1_000 : 10));

  const read = async <T>(call: () => Promise<T>): Promise<T> => {
    await takeTime();
    if (happens("throttle")) throw unavailable();
    const result = await call();
    await takeTime();
    return result;
  };
  const write = (call: () => Promise<boolean>): Promise<boolean> =>
    read(async () => {
      if (happens("conflict")) return false;
      const isWritten = await call();
      if (!happens("lostResponse")) return isWritten;
      // The SDK repeats the write, and finds what it has written, or gives up.
      if (random.chance(0.5)) return false;
      throw unavailable();
    });

  return {
    ledger: crashes.wrap<SequencerPorts["ledger"]>({
      getNewestChunk: (...args) => read(() => ledger.getNewestChunk(...args)),
      getChunk: (...args) => read(() => ledger.getChunk(...args)),
      listChunks: (...args) => read(() => ledger.listChunks(...args)),
      put: (...args) => write(() => ledger.put(...args)),
    }),
    claims: crashes.wrap<SequencerPorts["claims"]>({
      get: (...args) => read(() => claims.get(...args)),
      put: (...args) => write(() => claims.put(...args)),
    }),
    now: () => new Date(clock.now().getTime() + skewMs),
    waitAfterConflict: () => clock.sleep(random.between(0, 20)),
  };
}

function unavailable(): ActivityError {
  return new ActivityError("unavailable", "injected");
}
