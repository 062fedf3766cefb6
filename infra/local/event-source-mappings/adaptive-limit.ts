/** The maximum number of concurrent invocations of an event source. */
export type AdaptiveLimit = {
  /** The limit now, given how many are under way. Ask again whenever another one could begin. */
  current(underWay: number): number;
};

type Options = {
  /** Upper bound of the template and the machine. */
  readonly max: number;
  /** Recent latency of the emulator that the functions call. */
  readonly latencyMs: () => number;
  /** Returns whether memory allows another environment. */
  readonly hasMemory: () => boolean;
  /** Milliseconds, from any start. */
  readonly now: () => number;
};

/** Far below the three seconds that the functions' clients wait for an answer. */
export const acceptableLatencyMs = 100;

/** Minimum time between changes of the limit, so that the latency can reflect them. */
export const periodMs = 250;

/** More than the sends of one organisation in dev, so that those which hang never use all of it. */
const firstLimit = 12;
const growth = 2;
const decrease = 0.7;

/**
 * Follows the latency of the engine: the limit grows step by step while it is used up and the engine answers quickly,
 * and shrinks by a share while it does not. Without memory to grow, it stays. So what exceeds the machine waits in the queue, where it costs nothing,
 * and what is invoked ends in time. At least one invocation may always be under way.
 */
export function createAdaptiveLimit({ max, latencyMs, hasMemory, now }: Options): AdaptiveLimit {
  let current = Math.min(firstLimit, max);
  let changedAt = now();
  return {
    current(underWay) {
      if (now() - changedAt < periodMs) return Math.floor(current);
      if (latencyMs() > acceptableLatencyMs) current = Math.max(1, Math.min(current, underWay) * decrease);
      else if (underWay >= Math.floor(current) && hasMemory()) current = Math.min(max, current + growth);
      else return Math.floor(current);
      changedAt = now();
      return Math.floor(current);
    },
  };
}
