import * as z from "zod";

/** One line of the benchmark: a measured value and its budget. */
export type Measure = z.infer<typeof measure>;

export const measure = z.readonly(
  z.object({
    name: z.string(),
    value: z.number(),
    /** What `value` may be at most, or, for throughput, must be at least. */
    budget: z.number(),
    passes: z.boolean(),
    /** The baseline in the same run; NaN if the value is not compared with one. */
    baseline: z.union([z.number(), z.nan()]),
    samples: z.number(),
    unit: z.enum(["ratio", "units", "ms"]),
    notes: z.readonly(z.array(z.string())),
  }),
);

export type Comparison<T> = {
  readonly name: string;
  readonly budgets: { readonly p50: number; readonly p99?: number };
  readonly samples: number;
  readonly warmup: number;
  baseline(): Promise<T>;
  ours(): Promise<T>;
};

/** Runs the baseline and our code alternately and compares their times, in milliseconds. */
export function compare({ baseline, ours, ...rest }: Comparison<unknown>): Promise<Measure[]> {
  return compareFigures({ ...rest, baseline: () => time(baseline), ours: () => time(ours) });
}

/** As `compare`, for values that each side measures itself. A note reports a baseline that drifts by more than 10 %. */
export async function compareFigures({
  name,
  budgets,
  samples,
  warmup,
  baseline,
  ours,
}: Comparison<number>): Promise<Measure[]> {
  const figures: Record<"baseline" | "ours", number[]> = { baseline: [], ours: [] };
  for (let round = -warmup; round < samples; round++) {
    // The order alternates, too: the second of a pair finds warmer caches.
    const order = round % 2 === 0 ? (["baseline", "ours"] as const) : (["ours", "baseline"] as const);
    for (const side of order) {
      const figure = await (side === "baseline" ? baseline() : ours());
      if (round >= 0) figures[side].push(figure);
    }
  }
  const notes = driftNotes(figures.baseline);
  const line = (label: string, share: number, budget: number): Measure => {
    const base = quantile(figures.baseline, share);
    const value = quantile(figures.ours, share) / base;
    return {
      name: `${name}, ${label}`,
      value,
      budget,
      passes: value <= budget,
      baseline: base,
      samples,
      unit: "ratio",
      notes,
    };
  };
  return [line("p50", 0.5, budgets.p50), ...(budgets.p99 === undefined ? [] : [line("p99", 0.99, budgets.p99)])];
}

/** Returns a measure of a count, such as read units or bytes. */
export function counted(name: string, value: number, budget: number, baseline: number, unit: Measure["unit"]): Measure {
  return { name, value, budget, passes: value <= budget, baseline, samples: 1, unit, notes: [] };
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function driftNotes(times: readonly number[]): string[] {
  const half = Math.floor(times.length / 2);
  const drift = quantile(times.slice(half), 0.5) / quantile(times.slice(0, half), 0.5) - 1;
  return Math.abs(drift) > 0.1 ? [`baseline drifted by ${Math.round(drift * 100)} % within the run`] : [];
}

/** Settings of a run, and its progress callback. */
export type BenchRun = {
  /** Events of the long log. */
  readonly events: number;
  step(text: string): void;
};
