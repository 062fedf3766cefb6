import { setTimeout as delay } from "node:timers/promises";
import { slowness } from "./vitest/slowness.ts";

type WaitOptions = {
  /** On an idle machine; multiplied by the slowness of the machine. */
  readonly deadlineMs?: number;
  /** Minimum pause between two probes. */
  readonly pauseMs?: number;
  readonly slowness?: () => number;
};

/** The pause grows with the waiting time: frequent probes of many tests would slow down the system under test. */
const longestPauseMs = 250;

/** Polls until `probe` returns a value, and returns it. Throws if the deadline passes first. */
export async function until<T>(
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { deadlineMs = 20_000, pauseMs = 20, slowness: factor = slowness }: WaitOptions = {},
): Promise<T> {
  const startedAt = Date.now();
  for (;;) {
    const result = await probe();
    if (result !== undefined && result !== null && result !== false) return result;
    const waitedMs = Date.now() - startedAt;
    if (waitedMs > deadlineMs && waitedMs > deadlineMs * factor()) {
      throw new Error(`The expected condition was not met within ${waitedMs} ms.`);
    }
    await delay(Math.max(pauseMs, Math.min(waitedMs / 10, longestPauseMs)));
  }
}
