import { log } from "./log.ts";
import { metricNames } from "./metric-names.ts";
import { emitMetrics } from "./metrics.ts";

/** Items that a log line lists. */
const maxNamed = 5;

/** Logs and counts damaged items that a reader skipped. */
export function reportDamagedItems(items: readonly object[]): void {
  log("error", "damaged items left out", { items: items.length, first: items.slice(0, maxNamed) });
  emitMetrics({ [metricNames.damagedItems]: items.length }, new Date());
}
