import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import type { StackCounts } from "#infra/costs/fixed-costs.ts";
import { resourceCosts } from "#infra/costs/resource-costs.ts";
import { perEvent } from "#infra/costs/workload.ts";
import { formatEventLine, toEventLine } from "#shared/audit/event-line.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { toChunkItem } from "#shared/ledger/dynamodb/chunk-item.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { testNow } from "#test/support/builders.ts";
import { renewTables } from "#test/support/docs/generated-tables.ts";
import { itemBytes } from "#test/support/dynamodb/metering.ts";
import { costTables } from "#test/support/infra/cost-tables.ts";
import { fullStage } from "#test/support/infra/full-stage.ts";
import { templateOf } from "#test/support/infra/template.ts";
import { anEventEntry, chunksOf, eventEntries } from "#test/support/ledger/entries.ts";

const page = join(import.meta.dirname, "../../../docs/costs.md");
const prod = templateOf("prod");
const withAllOptions = templateOf("prod", fullStage);

/** Counts the resources that are billed per unit. */
function countsOf(template: Template): StackCounts {
  const alarms = Object.values(template.findResources("AWS::CloudWatch::Alarm"));
  const metricsOf = (alarm: { Properties?: { Metrics?: { MetricStat?: unknown }[] } }) =>
    alarm.Properties?.Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
  const queues = Object.values(template.findResources("AWS::Lambda::EventSourceMapping"));
  // Request metrics: a duration and three counts, each also for each of the six dialects. See `api-monitoring.ts`.
  const ofRequests = 1 + 4 * 6;
  return {
    alarmMetrics: alarms.reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    dashboards: Object.keys(template.findResources("AWS::CloudWatch::Dashboard")).length,
    customMetrics: Object.keys(metricNames).length + ofRequests,
    keys: Object.keys(template.findResources("AWS::KMS::Key")).length,
    polledQueues: queues.filter(({ Properties }) => Properties.ScalingConfig !== undefined).length,
  };
}

function typesOf(template: Template): string[] {
  const { Resources }: { Resources?: Record<string, { Type: string }> } = template.toJSON();
  return [...new Set(Object.values(Resources ?? {}).map(({ Type }) => Type))].sort();
}

/** Returns the event of the tables: 700 bytes of JSON, with an actor and a contact. */
function eventOf700Bytes(): ActivityEvent {
  const input = (note: string) => ({
    org_id: "org_8f9a1c2d",
    action: "INVOICE_UPDATED",
    entity_type: "INVOICE",
    entity_id: "inv_8c3f1a9b",
    entity_ref: "INV-2026-0042",
    actor_user_id: "usr_xyz",
    changes: { status: { old: "DRAFT", new: "SENT" }, due_date: { old: "2026-04-01", new: "2026-05-01" } },
    metadata: { source: "PUBLIC_API", request_id: "req_a1b2c3d4e5f6", note },
    related: [{ entity_type: "CONTACT", entity_id: "con_acme" }],
    occurred_at: "2026-05-11T08:30:12Z",
  });
  const padding = 700 - JSON.stringify(input("")).length;
  return parseEventValue(input("x".repeat(padding)), { now: testNow, entropy: "700" }).event;
}

describe("docs/costs.md", () => {
  it("contains the computed tables", async () => {
    const renewed = renewTables(readFileSync(page, "utf8"), costTables(countsOf(prod)));
    await expect(renewed).toMatchFileSnapshot(page);
  });

  it.each(typesOf(withAllOptions))("has a line for %s, or resourceCosts says why it is free", (type) => {
    const cost = resourceCosts[type];
    if (cost === undefined) throw new Error(`Add ${type} to infra/costs/resource-costs.ts.`);
    if ("free" in cost) return expect(cost.free).not.toBe("");
    const rows = Object.values(costTables(countsOf(prod))).join("\n");
    for (const line of cost.lines) expect(rows).toMatch(new RegExp(`^\\|.*${line}.* [0-9.,]+ \\|`, "m"));
  });

  it("has no costs for resource types that no stack uses", () => {
    const apiDomain = typesOf(templateOf("dev", { domain: fullStage.domain }));
    const known = new Set([...typesOf(withAllOptions), ...apiDomain]);
    expect(Object.keys(resourceCosts).filter((type) => !known.has(type))).toEqual([]);
  });
});

describe("perEvent", () => {
  const event = eventOf700Bytes();
  const within = (measured: number, stated: number) =>
    expect(Math.abs(measured / stated - 1), `${measured} were measured`).toBeLessThan(0.1);

  it("states the bytes of an item within 10 %", () => {
    // For storage DynamoDB adds 100 bytes an item: see "DynamoDB item sizes and formats".
    within(itemBytes(event) + 100, perEvent.itemBytes);
  });

  it("states the bytes of a chunk with one entry within 10 %", () => {
    // 1,023 has the most subtrees of all sizes up to there.
    const place = { sizes: [256, 256, 256, 254, 1] };
    const { event_id, entity_id, entity_type, action } = event;
    const entries = eventEntries(1_023).with(1_022, anEventEntry("last", { event_id, entity_id, entity_type, action }));
    const chunk = [...chunksOf(entries, place)].at(-1)?.chunk;
    if (chunk === undefined) throw new Error("There is no chunk.");
    const bytesOf = ({ S, N, B }: AttributeValue) => Buffer.byteLength(S ?? N ?? B ?? "");
    const attributes = Object.entries(toChunkItem(event.org_id, chunk));
    const bytes = attributes.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value), 0);
    within(bytes + 100, perEvent.ledgerBytes);
  });

  it("states the bytes of an audit line within 10 %", () => {
    const recorded = {
      stored: new Date(),
      sequenceNumber: "1".repeat(21),
      recordId: `rec_${"0".repeat(32)}`,
      unlistedShard: null,
      now: new Date(),
    };
    const bytes = Buffer.byteLength(formatEventLine(toEventLine(event, getZoneClock("UTC"), recorded)));
    // CloudWatch counts 26 bytes more for each line: see PutLogEvents in its API reference.
    within(bytes + 26, perEvent.auditLineBytes);
  });
});
