import type { Change } from "#shared/ledger/feed/change.ts";
import { log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";

/** Changes that a log line lists. */
const maxNamed = 5;

/** Missing changes that are older are not counted: a client that reads old pages would keep the alarm, and hide a new loss. */
const alarmedMs = 24 * 60 * 60 * 1_000;

/**
 * Logs changes that a page withholds because their events are missing or were modified. Counts the missing ones that
 * were sequenced in the last 24 hours.
 */
export function reportWithheldChanges(org_id: string, changes: readonly Change[], now: Date): void {
  const first = changes.slice(0, maxNamed).map(({ sequence, reason }) => ({ sequence, reason }));
  log("error", "changes withheld", { org_id, changes: changes.length, first });
  const since = new Date(now.getTime() - alarmedMs).toISOString();
  const missing = changes.filter(({ reason, sealed_at }) => reason === "missing" && sealed_at >= since).length;
  if (missing > 0) emitMetrics({ [metricNames.changesMissing]: missing }, now);
}
