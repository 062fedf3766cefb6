import { setTimeout as delay } from "node:timers/promises";

/** The times at which a schedule runs, until aborted; the first is one period from now. */
export type ScheduleClock = (periodMs: number, signal: AbortSignal) => AsyncIterable<Date>;

export const systemClock: ScheduleClock = async function* (periodMs, signal) {
  while (!signal.aborted) {
    await delay(periodMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) yield new Date();
  }
};
