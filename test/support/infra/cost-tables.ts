import { stages } from "#infra/config.ts";
import { anchorCosts } from "#infra/costs/anchor-costs.ts";
import {
  consoleVisitCosts,
  deliveryCosts,
  edgeRequestCosts,
  pageCosts,
  slowDeliveryCosts,
} from "#infra/costs/costs-per-million.ts";
import { edgeCosts, fixedCosts, type StackCounts } from "#infra/costs/fixed-costs.ts";
import {
  type CostLine,
  monthlyCosts,
  type StorageSettings,
  total,
  type Volume,
  writeCosts,
} from "#infra/costs/monthly-costs.ts";
import { prices } from "#infra/costs/prices.ts";
import { gb, million, perEvent } from "#infra/costs/workload.ts";

/** A row of a table. Sums and comparisons have no basis. */
type Row = Pick<CostLine, "name" | "dollars"> & Partial<Pick<CostLine, "basis">>;

/** The volumes of the tables: events a month, and years at that rate. */
const volumes = [1e6, 1e8, 1e10].flatMap((eventsPerMonth) => [
  { eventsPerMonth, months: 12 },
  { eventsPerMonth, months: 60 },
]);

const volumeHeadings = volumes.map(({ eventsPerMonth, months }) => {
  const events = eventsPerMonth >= 1e9 ? `${eventsPerMonth / 1e9} B` : `${eventsPerMonth / 1e6} M`;
  return `${events}, ${months / 12} ${months === 12 ? "year" : "years"}`;
});

const classNames = { STANDARD: "Standard", STANDARD_INFREQUENT_ACCESS: "Standard-IA" };

/** Returns the settings that the costs of prod are computed for. */
function prodSettings(): StorageSettings {
  const { tableClass, backup } = stages.prod;
  if (backup === null) throw new Error("Prod has no backup. Change the text of docs/costs.md.");
  return { tableClass, backup };
}

/** A common backup plan, for comparison. All copies stay in warm storage. */
const manyCopies = { daily: 35, monthly: 84 };

/** Returns the Markdown tables of docs/costs.md, by their names in that file. */
export function costTables(counts: StackCounts): Readonly<Record<string, string>> {
  const prod = prodSettings();
  return {
    summary: summaryTable(prod),
    prod: byVolume((volume) => [
      ...monthlyCosts(prod, volume),
      { name: "fixed costs", dollars: total(fixedCosts(counts)) },
    ]),
    lines: oneColumn("$ for 1 M events a month, 1 year", monthlyCosts(prod, { eventsPerMonth: million, months: 12 }), {
      sum: false,
    }),
    uses: usesTable(prod),
    fixed: oneColumn("$ a month", fixedCosts(counts)),
    anchors: oneColumn("$ a month", anchorCosts()),
    classes: byVolume(
      (volume) =>
        (["STANDARD", "STANDARD_INFREQUENT_ACCESS"] as const).map((tableClass) => ({
          name: classNames[tableClass],
          dollars: total(storageOf(monthlyCosts({ ...prod, tableClass }, volume))),
        })),
      { sum: false },
    ),
    "break-even": breakEven(prod),
    copies: byVolume(
      (volume) => [
        { name: "point-in-time recovery", dollars: dollarsOf("point-in-time recovery", monthlyCosts(prod, volume)) },
        { name: "7 daily, 12 monthly in cold storage", dollars: total(copiesOf(monthlyCosts(prod, volume))) },
        { name: "35 daily, 84 monthly", dollars: warmCopies(volume) },
      ],
      { sum: false },
    ),
    options: optionsTable(),
  };
}

/** Returns what a million of each use costs prod. What an event costs while it is kept is in the other tables. */
function summaryTable(prod: StorageSettings): string {
  return table([
    ["a million", "$ in prod"],
    ["events, written once", money(total(writeCosts(prod, { eventsPerMonth: million, months: 1 })))],
    ["webhook deliveries", money(total(deliveryCosts(prod.tableClass)))],
    ["pages of 20 events", money(total(pageCosts(prod.tableClass)))],
  ]);
}

function usesTable({ tableClass }: StorageSettings): string {
  return oneColumn(
    "$ a million",
    [
      ...withSum("**pages of 20 events**", pageCosts(tableClass)),
      ...withSum("**deliveries, each alone in its batch**", deliveryCosts(tableClass)),
      ...withSum("**deliveries that take 12 seconds, in addition**", slowDeliveryCosts()),
    ],
    { sum: false },
  );
}

function withSum(name: string, lines: readonly Row[]): Row[] {
  return [...lines, { name, dollars: total(lines) }];
}

function storageOf(lines: readonly Row[]): Row[] {
  return lines.filter(({ name }) => name === "event writes" || name === "table and indexes");
}

function copiesOf(lines: readonly Row[]): Row[] {
  return lines.filter(({ name }) => name.endsWith(" copies"));
}

function dollarsOf(item: string, lines: readonly Row[]): number {
  return total(lines.filter(({ name }) => name === item));
}

/** Returns the costs of the common backup plan, which `monthlyCosts` cannot compute. */
function warmCopies({ eventsPerMonth, months }: Volume): number {
  const tableGb = (after: number) => (after * eventsPerMonth * (perEvent.itemBytes + perEvent.ledgerBytes)) / gb;
  const kept = Math.min(months, manyCopies.monthly);
  const monthly = Array.from({ length: kept }, (_, ago) => tableGb(months - ago)).reduce((a, b) => a + b, 0);
  return (tableGb(months) * manyCopies.daily + monthly) * prices.dynamodb.copyWarm;
}

/** Returns the month from which Standard-IA is cheaper: in the bill of that month, and in all bills so far. */
function breakEven(prod: StorageSettings): string {
  const bill = (tableClass: StorageSettings["tableClass"], months: number) =>
    total(storageOf(monthlyCosts({ ...prod, tableClass }, { eventsPerMonth: million, months })));
  const saved = (months: number) => bill("STANDARD", months) - bill("STANDARD_INFREQUENT_ACCESS", months);
  const months = Array.from({ length: 60 }, (_, at) => at + 1);
  const sums = months.map((last) => months.slice(0, last).reduce((sum, month) => sum + saved(month), 0));
  return table([
    ["Standard-IA costs less than Standard", "from month"],
    ["in the bill of a month", String(months.find((month) => saved(month) > 0))],
    ["in all bills so far", String(sums.findIndex((sum) => sum > 0) + 1)],
  ]);
}

function optionsTable(): string {
  const { s3, dynamodb } = prices;
  const archiveGb = (12 * million * perEvent.auditLineBytes * perEvent.stored) / gb;
  return table([
    ["option", "costs", "$"],
    [
      "`archive`",
      "archive: storage of a year of a million events a month, each month",
      money(archiveGb * s3.storageGb),
    ],
    ["`edge`", "web ACL with its three rules, a month", money(dollarsOf("web ACL", edgeCosts(3)))],
    ["`edge`", "edge secret, a month", money(dollarsOf("edge secret", edgeCosts(3)))],
    ...edgeRequestCosts().map(({ name, dollars }) => ["`edge`", `${name}, a million requests`, money(dollars)]),
    [
      "`warmThroughput`",
      "10,000 writes and 20,000 reads a second for a new table and its five indexes, once",
      money(6 * (6_000 * dynamodb.warmWrite + 8_000 * dynamodb.warmRead)),
    ],
    ...consoleVisitCosts().map(({ name, basis, dollars }) => [
      "`console`",
      `${name}, a million visits: ${basis}`,
      money(dollars),
    ]),
    ["`domain`", "nothing; your hosted zone costs 0.50 a month", money(0)],
  ]);
}

function byVolume(linesOf: (volume: Volume) => readonly Row[], { sum = true } = {}): string {
  const columns = volumes.map((volume) => linesOf(volume));
  const names = columns[0]?.map(({ name }) => name) ?? [];
  const rows = names.map((name) => [name, ...columns.map((lines) => money(dollarsOf(name, lines)))]);
  const sums = sum ? [["**all**", ...columns.map((lines) => `**${money(total(lines))}**`)]] : [];
  return table([["$ a month", ...volumeHeadings], ...rows, ...sums]);
}

function oneColumn(head: string, lines: readonly Row[], { sum = true } = {}): string {
  const sums = sum ? [["**all**", "", `**${money(total(lines))}**`]] : [];
  return table([
    ["item", "basis", head],
    ...lines.map(({ name, basis = "", dollars }) => [name, basis, money(dollars)]),
    ...sums,
  ]);
}

/** Formats an amount, with cents below 1,000 dollars. */
function money(dollars: number): string {
  return dollars.toLocaleString("en-US", {
    minimumFractionDigits: dollars < 1_000 ? 2 : 0,
    maximumFractionDigits: dollars < 1_000 ? 2 : 0,
  });
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(head),
    line(head.map((name, column) => (column > 0 && /^\$|\d|^from month$/.test(name) ? "---:" : "---"))),
    ...rows.map(line),
  ].join("\n");
}
