import { setTimeout as delay } from "node:timers/promises";
import { slowness } from "./vitest/slowness.ts";

interface Wait {
  /** On a quiet machine; on a slow one it is later by its slowness. */
  readonly deadlineMs?: number;
  /** At least so long lies between two questions. */
  readonly pauseMs?: number;
  readonly slowness?: () => number;
}

/** What takes long is asked seldom: the questions of many tests would take the time of what they wait for. */
const longestPauseMs = 250;

/** Asks again and again until `probe` answers something, and gives that. Throws when the deadline passes first. */
export async function until<T>(
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { deadlineMs = 20_000, pauseMs = 20, slowness: factor = slowness }: Wait = {},
): Promise<T> {
  const startedAt = Date.now();
  for (;;) {
    const fact = await probe();
    if (fact !== undefined && fact !== null && fact !== false) return fact;
    const waitedMs = Date.now() - startedAt;
    if (waitedMs > deadlineMs && waitedMs > deadlineMs * factor()) {
      throw new Error(`What the test waits for did not happen within ${waitedMs} ms.`);
    }
    await delay(Math.max(pauseMs, Math.min(waitedMs / 10, longestPauseMs)));
  }
}
