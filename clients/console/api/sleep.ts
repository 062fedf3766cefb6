/** The longest time of a timer: with a longer one, it ends immediately (HTML, "timers"; a signed 32-bit number). */
const maxDelayMs = 2 ** 31 - 1;

/** Resolves after that time, at most 24.8 days. Rejects with the reason of the signal when it is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener("abort", abort);
        resolve();
      },
      Math.min(ms, maxDelayMs),
    );
    signal.addEventListener("abort", abort, { once: true });
  });
}
