import { availableParallelism, loadavg } from "node:os";
import { slownessOverride } from "./environment.ts";

/** However busy the machine is, a test that waits in vain ends. */
const mostSlowness = 10;

/**
 * How many times longer than on a quiet machine a test may have to wait now: `TEST_SLOWNESS` of the environment where it
 * is set, and otherwise how many processes want each core. Never below 1.
 */
export function slowness(
  given: string | undefined = slownessOverride(),
  wanted: number = loadavg()[0] ?? 0,
  cores: number = availableParallelism(),
): number {
  if (given === undefined || given === "") return Math.min(Math.max(wanted / cores, 1), mostSlowness);
  const factor = Number(given);
  if (!(factor >= 1)) throw new Error(`TEST_SLOWNESS is '${given}': it takes a number from 1 up.`);
  return factor;
}
