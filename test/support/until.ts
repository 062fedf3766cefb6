import { setTimeout as delay } from "node:timers/promises";

/** Asks again and again until `probe` answers something, and gives that. Throws when the deadline passes first. */
export async function until<T>(
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { deadlineMs = 20_000, pauseMs = 20 }: { deadlineMs?: number; pauseMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const fact = await probe();
    if (fact !== undefined && fact !== null && fact !== false) return fact;
    if (Date.now() > deadline) throw new Error(`What the test waits for did not happen within ${deadlineMs} ms.`);
    await delay(pauseMs);
  }
}
