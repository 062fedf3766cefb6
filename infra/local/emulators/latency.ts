/** Measures the latency of an emulator. */
export type LatencyGauge = {
  /** Call it at the start of a request, and the returned function at its end. */
  begin(): () => void;
  /** The recent latency in milliseconds; 0 without requests. */
  recentMs(): number;
};

/** Weight of each response in the moving average. */
const weight = 0.05;

/** Age at which an average is discarded. */
const staleMs = 1_000;

/** Creates a moving average of an emulator's latency that includes requests in progress. */
export function createLatencyGauge(now: () => number): LatencyGauge {
  const open = new Set<{ readonly at: number }>();
  let averageMs = 0;
  let respondedAt = Number.NEGATIVE_INFINITY;
  return {
    begin() {
      const request = { at: now() };
      open.add(request);
      return () => {
        if (!open.delete(request)) return;
        const before = now() - respondedAt > staleMs ? 0 : averageMs;
        averageMs = before + weight * (now() - request.at - before);
        respondedAt = now();
      };
    },
    recentMs() {
      const average = now() - respondedAt > staleMs ? 0 : averageMs;
      const [oldest] = open;
      const waitedMs = oldest === undefined ? 0 : now() - oldest.at;
      return waitedMs > staleMs ? Math.max(average, waitedMs) : average;
    },
  };
}
