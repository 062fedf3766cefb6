/** How quickly an engine answers, by what is asked of it. */
export interface LatencyGauge {
  /** A question was asked; call what it returns when the answer is there. */
  begin(): () => void;
  /** The recent latency in milliseconds: 0 for an engine that nobody asks anything. */
  recentMs(): number;
}

/** The weight of each answer in the moving average. */
const weight = 0.05;

/** An average that is older than this says nothing about now. */
const staleMs = 1_000;

/** A moving average of an engine's latency, which also knows of questions that are not answered yet. */
export function latencyGauge(now: () => number): LatencyGauge {
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
