import { styleText } from "node:util";
import { textTable } from "#test/support/text-table.ts";
import type { Percentiles } from "./percentiles.ts";

/** A figure of a run against what it must be at most, or at least. */
export type Check = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly bar: { readonly atMost: number } | { readonly atLeast: number };
};

export function passes({ value, bar }: Check): boolean {
  return "atMost" in bar ? value <= bar.atMost : value >= bar.atLeast;
}

/** A time in the unit that reads best. */
export function formatMs(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}

export function formatPercentiles({ count, p50, p90, p99, max }: Percentiles): string[] {
  return [String(count), formatMs(p50), formatMs(p90), formatMs(p99), formatMs(max)];
}

export function formatChecks(checks: readonly Check[]): string {
  const rows = checks.map((check) => {
    const { name, value, unit, bar } = check;
    const limit = "atMost" in bar ? `at most ${bar.atMost}` : `at least ${bar.atLeast}`;
    const verdict = passes(check) ? styleText("green", "pass") : styleText("red", "FAIL");
    return [name, `${Math.round(value)} ${unit}`.trim(), `${limit} ${unit}`.trim(), verdict];
  });
  return textTable([["CHECK", "VALUE", "BAR", ""], ...rows]);
}
