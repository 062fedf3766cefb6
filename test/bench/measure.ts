import * as z from "zod";

/** One line of the benchmark: what was measured, and whether it stays within its bar. */
export type Measure = z.infer<typeof measure>;

export const measure = z.readonly(
  z.object({
    name: z.string(),
    value: z.number(),
    /** What `value` may be at most, or, for throughput, must be at least. */
    bar: z.number(),
    holds: z.boolean(),
    /** The baseline's own figure in the same run; no number where nothing is held against the value. */
    baseline: z.union([z.number(), z.nan()]),
    samples: z.number(),
    unit: z.enum(["ratio", "units", "ms"]),
    notes: z.readonly(z.array(z.string())),
  }),
);

export type Comparison<T> = {
  readonly name: string;
  readonly bars: { readonly p50: number; readonly p99?: number };
  readonly samples: number;
  readonly warmup: number;
  baseline(): Promise<T>;
  ours(): Promise<T>;
};

/** Runs baseline and ours in turn and compares their times, in milliseconds. */
export function compare({ baseline, ours, ...rest }: Comparison<unknown>): Promise<Measure[]> {
  return compareFigures({ ...rest, baseline: () => time(baseline), ours: () => time(ours) });
}

/** The same for figures that each side measures itself. A baseline that drifts by more than a tenth is said so. */
export async function compareFigures({
  name,
  bars,
  samples,
  warmup,
  baseline,
  ours,
}: Comparison<number>): Promise<Measure[]> {
  const figures: Record<"baseline" | "ours", number[]> = { baseline: [], ours: [] };
  for (let round = -warmup; round < samples; round++) {
    // Who goes first alternates too: the second of a pair finds warmer caches.
    const order = round % 2 === 0 ? (["baseline", "ours"] as const) : (["ours", "baseline"] as const);
    for (const side of order) {
      const figure = await (side === "baseline" ? baseline() : ours());
      if (round >= 0) figures[side].push(figure);
    }
  }
  const notes = driftNotes(figures.baseline);
  const line = (label: string, share: number, bar: number): Measure => {
    const base = quantile(figures.baseline, share);
    const value = quantile(figures.ours, share) / base;
    return {
      name: `${name}, ${label}`,
      value,
      bar,
      holds: value <= bar,
      baseline: base,
      samples,
      unit: "ratio",
      notes,
    };
  };
  return [line("p50", 0.5, bars.p50), ...(bars.p99 === undefined ? [] : [line("p99", 0.99, bars.p99)])];
}

/** A count, of units or bytes, against its bar. */
export function counted(name: string, value: number, bar: number, baseline: number, unit: Measure["unit"]): Measure {
  return { name, value, bar, holds: value <= bar, baseline, samples: 1, unit, notes: [] };
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
