import { describe, expect, it } from "vitest";
import type { Change, WithheldReason } from "#shared/ledger/feed/change.ts";
import { reportWithheldChanges } from "#shared/ledger/feed/observability/report-withheld-changes.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { testNow } from "#test/support/builders.ts";
import { captureLogLines } from "#test/support/log-lines.ts";

const sequencedBefore = (hours: number, reason: WithheldReason, sequence = 1): Change => ({
  sequence,
  sealed_at: new Date(testNow.getTime() - hours * 3_600_000).toISOString(),
  activity: null,
  reason,
});

function linesOf(changes: readonly Change[]) {
  const lines = captureLogLines();
  reportWithheldChanges("org_a", changes, testNow);
  return lines;
}

describe("reportWithheldChanges", () => {
  it("counts missing changes that were sequenced in the last 24 hours, so that an alarm fires", () => {
    const changes = [
      sequencedBefore(25, "missing", 1),
      sequencedBefore(24, "missing", 2),
      sequencedBefore(0, "missing", 3),
    ];
    expect(linesOf(changes)).toMatchObject([
      { level: "error", message: "changes withheld", org_id: "org_a", changes: 3 },
      { [metricNames.changesMissing]: 2 },
    ]);
  });

  it("only logs older ones, and modified events: reading old pages fires no alarm", () => {
    const lines = linesOf([sequencedBefore(24.1, "missing", 7), sequencedBefore(1, "tampered", 8)]);
    expect(lines).toMatchObject([
      {
        message: "changes withheld",
        first: [
          { sequence: 7, reason: "missing" },
          { sequence: 8, reason: "tampered" },
        ],
      },
    ]);
    expect(lines).toHaveLength(1);
  });
});
