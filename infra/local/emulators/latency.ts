/** Measures the latency of an emulator. */
export type LatencyGauge = {
  /** Call it at the start of a request, and the returned function at its end. */
  begin(): () => void;
  /** The recent latency in milliseconds; 0 without requests. */
  recentMs(): number;
};

/** The weight of each answer in the moving average. */
const weight = 0.05;

/** An average that is older than this says nothing about now. */
const staleMs = 1_000;

/** A moving average of an engine's latency, which also knows of questions that are not answered yet. */
export function createLatencyGauge(now: () => number): LatencyGauge {
  const open = new Set<{ readonly at: number }>();
  let averageMs = 0;
  let answeredAt = Number.NEGATIVE_INFINITY;
  return {
    begin() {
      const question = { at: now() };
      open.add(question);
      return () => {
        if (!open.delete(question)) return;
        const before = now() - answeredAt > staleMs ? 0 : averageMs;
        averageMs = before + weight * (now() - question.at - before);
        answeredAt = now();
      };
    },
    recentMs() {
      const average = now() - answeredAt > staleMs ? 0 : averageMs;
      const [oldest] = open;
      const waitedMs = oldest === undefined ? 0 : now() - oldest.at;
      return waitedMs > staleMs ? Math.max(average, waitedMs) : average;
    },
  };
}
