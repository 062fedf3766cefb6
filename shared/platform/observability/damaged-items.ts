import { log } from "./log.ts";
import { metricNames } from "./metric-names.ts";
import { emitMetrics } from "./metrics.ts";

/** Items that a line of the log names. */
const maxNamed = 5;

/** Logs and counts the items of the events table that a reader left out. */
export function reportDamagedItems(items: readonly object[]): void {
  log("error", "damaged items left out", { items: items.length, first: items.slice(0, maxNamed) });
  emitMetrics({ [metricNames.damagedItems]: items.length }, new Date());
}
