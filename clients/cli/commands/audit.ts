import { changeColumns, withFieldChange } from "#clients/cli/audit/field-change.ts";
import { resolveAuditLogSource } from "#clients/cli/audit/resolve-source.ts";
import { type AuditLogSource, type AuditQueryResult, columnsOf } from "#clients/cli/audit/source.ts";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, type CommandResult, exitCodes } from "#clients/cli/command-result.ts";
import { formatTable, type TableColumn } from "#clients/cli/output.ts";
import { parseTimeRangeOptions, sinceOption, untilOption } from "#clients/cli/time-options.ts";
import { formatCsv } from "#clients/csv/format-csv.ts";
import type { AuditRow, AuditWindow } from "#shared/audit/evaluate-query.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import type { QueryArgs, QueryParameter, SavedQuery } from "#shared/audit/saved-query.ts";
import { orgIdPattern } from "#shared/events/limits.ts";
import { formatSuggestion } from "#shared/platform/did-you-mean.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";
import { documentIdHint } from "./list.ts";

const parameters = ["user", "document", "field", "token", "threshold"] as const satisfies readonly QueryParameter[];

type AuditQuery = { readonly query: SavedQuery; readonly filled: QueryArgs; readonly window: AuditWindow };

export const audit = defineCommand({
  name: "audit",
  summary: "Runs a saved query on the audit log. audit list shows the queries.",
  examples: ["audit administration --since 24h", "audit document-history --document inv_8c3f1a9b --since 7d --csv"],
  operands: ["QUERY"],
  options: {
    since: { ...sinceOption, required: true, help: `when the line was recorded; ${sinceOption.help}` },
    until: { ...untilOption, help: `${untilOption.help}; default now` },
    org: { value: "ORG_ID", help: "only lines of this organisation" },
    user: { value: "USER_ID", help: "the user, for a query about one user" },
    document: { value: "ENTITY_ID", help: "the document, for a query about one document" },
    field: { value: "NAME", help: "only changes of this field, with its old and new value" },
    token: { value: "TOKEN_ID", help: "the token, for a query about one token" },
    threshold: { value: "N", help: "the lowest count that a query shows" },
    "from-files": { value: "DIR", help: "the log folder or data folder of a stopped local stack" },
    csv: { help: "print comma-separated values, for a spreadsheet" },
  },
  async run(args, context) {
    if (args.flag("csv") && args.flag("json")) throw new CliError("usage", "Give --csv or --json, not both.");
    const query = findQuery(args.operand("QUERY"));
    const filled = parseArguments(query, (name) => args.text(name));
    const window = { ...parseWindow(args, context.now()), org: parseOrg(query, args.text("org")) };
    const source = await resolveAuditLogSource(
      { stackName: args.text("stack"), folder: args.text("from-files") },
      context,
    );
    const answer = await source.runQuery(query, filled, window);
    if (answer.rows.length === 0) await assertKnownOrg(source, query, window);
    return toResult({ query, filled, window }, answer, args.flag("csv"), context);
  },
});

/** Throws `CliError` for an unknown organisation: its empty result would look like an all-clear. */
async function assertKnownOrg(source: AuditLogSource, query: SavedQuery, window: AuditWindow): Promise<void> {
  if (window.org === null || (await source.hasOrg(query, window, window.org))) return;
  throw new CliError("usage", `Unknown organisation '${window.org}'. org list shows the organisations.`);
}

function toResult(
  { query, filled, window }: AuditQuery,
  answer: AuditQueryResult,
  asCsv: boolean,
  context: CommandContext,
): CommandResult {
  const field = query.result.kind === "rows" && filled.field !== undefined ? String(filled.field) : null;
  const rows = answer.rows.map((row) => withFieldChange(field, withTimes(query, row)));
  const columns = field === null ? columnsOf(query) : [...columnsOf(query), ...changeColumns];
  const searched = `Searched ${answer.searchedLines} lines of the ${query.from} log, ${window.since} to ${window.until}.`;
  const json = {
    ...{ query: query.name, ...window, searched_lines: answer.searchedLines },
    ...{ columns, rows, is_cut: answer.isCut },
  };
  const exit = answer.isCut ? exitCodes.incomplete : exitCodes.done;
  if (answer.isCut)
    context.stderr.write(`More than ${rows.length} rows may match. Narrow the range with --since and --until.\n`);
  if (asCsv) {
    context.stderr.write(`${searched}\n`);
    return { json, text: formatCsv(columns, rows, context.columns === null ? {} : { show: toPrintable }), exit };
  }
  const filledColumns = columns.filter((column) => rows.some((row) => (row[column] ?? null) !== null));
  if (rows.length === 0) {
    const hint = filled.document === undefined ? "" : ` ${documentIdHint("document")}`;
    return { json, text: `Nothing found.${hint}\n${searched}`, exit };
  }
  const found = formatTable(tableColumns(filledColumns), rows, context.columns);
  return { json, text: `${found}\n${rows.length === 1 ? "1 row" : `${rows.length} rows`}. ${searched}`, exit };
}

export const auditList = defineCommand({
  name: "audit list",
  summary: "Lists the saved queries of the audit log.",
  examples: ["audit list"],
  options: {},
  async run(_, context) {
    const columns: readonly TableColumn<SavedQuery>[] = [
      { title: "QUERY", cell: ({ name }) => name, style: () => "cyan" },
      { title: "NEEDS", cell: (query) => requiredOptions(query).join(" ") },
      { title: "SHOWS", cell: ({ summary }) => summary },
    ];
    const json = savedQueries.map((query) => ({ name: query.name, title: query.title, needs: requiredOptions(query) }));
    return { json: { queries: json }, text: formatTable(columns, savedQueries, context.columns) };
  },
});

function requiredOptions({ parameters }: SavedQuery): string[] {
  return Object.entries(parameters).flatMap(([name, { default: usual }]) => (usual === undefined ? [`--${name}`] : []));
}

function findQuery(name: string): SavedQuery {
  const query = savedQueries.find((candidate) => candidate.name === name);
  if (query !== undefined) return query;
  const names = savedQueries.map((candidate) => candidate.name);
  throw new CliError(
    "usage",
    `Unknown query '${name}'.${formatSuggestion(name, names)}\nQueries: ${names.join(", ")}.`,
  );
}

/** Parses the arguments of a query. Throws `CliError` `usage` if one is missing, or is not of this query. */
function parseArguments(query: SavedQuery, optionValue: (name: QueryParameter) => string | undefined): QueryArgs {
  const filled: Partial<Record<QueryParameter, string | number>> = {};
  for (const name of parameters) {
    const parameter = query.parameters[name];
    const text = optionValue(name);
    if (parameter === undefined) {
      if (text === undefined) continue;
      if (query.optionalParameters?.[name] === undefined)
        throw new CliError("usage", `${query.name} does not take --${name}.`);
    }
    const value = text ?? parameter?.default;
    if (value === undefined) throw new CliError("usage", `${query.name} needs --${name}: ${parameter?.help}.`);
    filled[name] = name === "threshold" ? parseThreshold(value) : value;
  }
  return filled;
}

function parseThreshold(value: string | number): number {
  if (/^\d{1,9}$/.test(String(value))) return Number(value);
  throw new CliError("usage", `--threshold must be a whole number, not '${value}'.`);
}

function parseOrg(query: SavedQuery, org: string | undefined): string | null {
  if (org === undefined) return null;
  if (query.hasNoOrg) throw new CliError("usage", `${query.name} does not take --org: its lines have no organisation.`);
  if (orgIdPattern.test(org)) return org;
  throw new CliError("usage", `--org: '${org}' is not a valid organisation id.`);
}

/** Widens the range to whole seconds, the precision of CloudWatch Logs Insights. */
function parseWindow(args: { text(name: "since" | "until"): string | undefined }, now: Date) {
  const texts = { since: args.text("since") ?? "", until: args.text("until") ?? now.toISOString() };
  const { since, until } = parseTimeRangeOptions((option) => texts[option], now);
  const second = (at: string | null, round: (seconds: number) => number) =>
    new Date(round(Date.parse(at ?? "") / 1_000) * 1_000).toISOString();
  return { since: second(since, Math.floor), until: second(until, Math.ceil) };
}

/** Returns the row with computed times, which CloudWatch gives as numbers, as ISO 8601 times. */
function withTimes({ result }: SavedQuery, row: AuditRow): AuditRow {
  if (result.kind === "rows") return row;
  const isTime = (column: string) => {
    const computed = result.compute[column];
    if (computed === undefined) return false;
    const field = "min" in computed ? computed.min : "max" in computed ? computed.max : "";
    return field.endsWith("_ms");
  };
  const toTime = (column: string, value: string | number | null) =>
    value !== null && isTime(column) ? new Date(Number(value)).toISOString() : value;
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, toTime(column, value)]));
}

function tableColumns(columns: readonly string[]): TableColumn<AuditRow>[] {
  return columns.map((column) => ({
    title: column.toUpperCase().replaceAll("_", " "),
    cell: (row) => String(row[column] ?? ""),
  }));
}
