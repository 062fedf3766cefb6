import { describe, expect, it } from "vitest";
import * as z from "zod";
import { toInsightsQuery } from "#shared/audit/insights.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import { metricNames, metricNamespace } from "#shared/platform/observability/metric-names.ts";
import { inWords, plainId, templateOf } from "#test/support/infra/template.ts";

const template = templateOf("prod");

const widget = z.object({
  type: z.string(),
  width: z.number(),
  properties: z.looseObject({
    title: z.string().optional(),
    markdown: z.string().optional(),
    query: z.string().optional(),
    metrics: z.array(z.array(z.unknown())).optional(),
  }),
});

function widgets() {
  const [dashboard, ...others] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
  if (dashboard === undefined || others.length > 0) throw new Error("There is not one dashboard.");
  const body: unknown = JSON.parse(inWords(dashboard.Properties.DashboardBody));
  return z.object({ widgets: z.array(widget) }).parse(body).widgets;
}

describe("dashboard", () => {
  const all = widgets();

  it("has a row for each capability, in the order of an event's path", () => {
    expect(all.flatMap(({ properties }) => properties.markdown ?? [])).toEqual([
      "## Events",
      "## Ledger",
      "## Sequencer",
      "## Ingest",
      "## API",
      "## Webhooks",
      "## Anchors",
      "## Audit",
    ]);
  });

  it.each([
    "Events by type",
    "Events by source",
    "Top actors",
    "Rate-limited tokens",
    "From arrival to storing, ms",
    "Latency by dialect, p99, ms",
    "Server errors by dialect",
    "Throttled by Lambda",
    "Throttled by DynamoDB",
    "Queue depths",
    "Stream age of the sequencer, ms",
    "Stream age of the fan-out, ms",
    "Success of attempts, %",
    "Circuits opened",
  ])("has the widget %s", (title) => {
    expect(all.filter(({ properties }) => properties.title === title).length).toBeGreaterThan(0);
  });

  it("queries the audit logs", () => {
    const queries = all.flatMap(({ properties }) => properties.query ?? []);
    expect(queries).toHaveLength(4);
    for (const query of queries) expect(query).toMatch(/^SOURCE 'AuditLogs(Events|Access)'.*\| filter message = /s);
  });
});

/** Names of our own metrics that a part of the template names, wherever they stand. */
function ownMetricsIn(part: unknown): string[] {
  if (Array.isArray(part)) {
    const [namespace, name] = part;
    return namespace === metricNamespace ? [String(name)] : part.flatMap(ownMetricsIn);
  }
  if (typeof part !== "object" || part === null) return [];
  const own = "Namespace" in part && part.Namespace === metricNamespace && "MetricName" in part;
  return own ? [String(part.MetricName)] : Object.values(part).flatMap(ownMetricsIn);
}

it("dashboard and alarms only use metrics that functions publish", () => {
  const alarms = Object.values(template.findResources("AWS::CloudWatch::Alarm"));
  const named = [...widgets(), ...alarms].flatMap(ownMetricsIn);
  const written = new Set<string>([...Object.values(metricNames), "duration_ms"]);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !written.has(name))).toEqual([]);
});

describe("saved queries of the template", () => {
  const definitions = Object.values(template.findResources("AWS::Logs::QueryDefinition")).map(
    ({ Properties }) => Properties,
  );

  it.each(savedQueries.map((query) => [query.title, query] as const))(
    "%s matches the query of the command line",
    (title, query) => {
      const definition = definitions.find(({ Name }) => inWords(Name) === `activity-log-prod/${title}`);
      expect(definition).toMatchObject({ QueryString: toInsightsQuery(query) });
      expect(definition?.LogGroupNames.map((group: unknown) => plainId(inWords(group)))).toEqual([
        query.from === "events" ? "AuditLogsEvents" : "AuditLogsAccess",
      ]);
      const parameters = (definition?.Parameters ?? []).map(({ Name }: { Name: string }) => Name);
      expect(parameters).toEqual(Object.keys(query.parameters));
    },
  );

  it("are all queries of the command line, and no others", () => expect(definitions).toHaveLength(savedQueries.length));
});
