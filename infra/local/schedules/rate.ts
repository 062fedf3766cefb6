import * as z from "zod";

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Node's timers hold no more: a little over 24 days. */
const longestMs = 2 ** 31 - 1;

/**
 * Reads a `rate(…)` expression as its period in milliseconds. Refuses every other schedule, and what EventBridge
 * refuses: 0, one minutes, two minute (Amazon EventBridge User Guide, "Rate expressions").
 */
export const rateSchema = z.string().transform(periodOf);

/** A rate as its period, or `null` for a `cron(…)` of six fields: that is not run here, and so not read any further. */
export const scheduleSchema = z
  .string()
  .transform((expression, context) => (isCron(expression) ? null : periodOf(expression, context)));

function periodOf(expression: string, { addIssue }: z.RefinementCtx): number {
  const [, digits = "", unit = "", plural = ""] = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  if (!isUnit(unit) || (plural === "") !== (digits === "1")) {
    addIssue(`${expression} is not run here: write a rate, as rate(1 minute), rate(5 minutes) or rate(2 hours)`);
    return z.NEVER;
  }
  const periodMs = Number(digits) * unitMs[unit];
  if (periodMs > longestMs) addIssue(`${expression} is not run here: the longest period is 24 days`);
  return periodMs;
}

function isCron(expression: string): boolean {
  return /^cron\((?:[\w*?,/#-]+ ){5}[\w*?,/#-]+\)$/.test(expression);
}

function isUnit(name: string): name is keyof typeof unitMs {
  return Object.hasOwn(unitMs, name);
}
