import { availableParallelism, loadavg } from "node:os";
import { slownessOverride } from "./environment.ts";

/** Upper bound, so that a test that waits in vain ends on any machine. */
const maxSlowness = 10;

/**
 * Returns the factor of waiting times compared with an idle machine: `TEST_SLOWNESS` if set, otherwise the load per core.
 * At least 1.
 */
export function slowness(
  given: string | undefined = slownessOverride(),
  load: number = loadavg()[0] ?? 0,
  cores: number = availableParallelism(),
): number {
  if (given === undefined || given === "") return Math.min(Math.max(load / cores, 1), maxSlowness);
  const factor = Number(given);
  if (!(factor >= 1)) throw new Error(`TEST_SLOWNESS is '${given}': it must be a number of at least 1.`);
  return factor;
}
