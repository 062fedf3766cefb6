import type { Change } from "#shared/ledger/feed/change.ts";
import { log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";

/** Changes that a log line lists. */
const maxNamed = 5;

/** Logs changes that a page withholds because their events are missing or were modified, and counts the missing ones. */
export function reportWithheldChanges(org_id: string, changes: readonly Change[]): void {
  const first = changes.slice(0, maxNamed).map(({ sequence, reason }) => ({ sequence, reason }));
  log("error", "changes withheld", { org_id, changes: changes.length, first });
  const missing = changes.filter(({ reason }) => reason === "missing").length;
  if (missing > 0) emitMetrics({ [metricNames.changesMissing]: missing }, new Date());
}
