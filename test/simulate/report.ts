import { styleText } from "node:util";
import { textTable } from "#test/support/infra/text-table.ts";
import type { Percentiles } from "./percentiles.ts";

/** A measured value with its budget: an upper or lower bound. */
export type BudgetCheck = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly budget: { readonly atMost: number } | { readonly atLeast: number };
};

export function passes({ value, budget }: BudgetCheck): boolean {
  return "atMost" in budget ? value <= budget.atMost : value >= budget.atLeast;
}

/** Formats a duration in milliseconds, or in seconds from one second on. */
export function formatMs(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}

export function formatPercentiles({ count, p50, p90, p99, max }: Percentiles): string[] {
  return [String(count), formatMs(p50), formatMs(p90), formatMs(p99), formatMs(max)];
}

export function formatChecks(checks: readonly BudgetCheck[]): string {
  const rows = checks.map((check) => {
    const { name, value, unit, budget } = check;
    const limit = "atMost" in budget ? `at most ${budget.atMost}` : `at least ${budget.atLeast}`;
    const result = passes(check) ? styleText("green", "PASS") : styleText("red", "FAIL");
    return [name, `${Math.round(value)} ${unit}`.trim(), `${limit} ${unit}`.trim(), result];
  });
  return textTable([["CHECK", "VALUE", "BUDGET", "RESULT"], ...rows]);
}
