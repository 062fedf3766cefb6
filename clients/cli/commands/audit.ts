import { formatCsv } from "#clients/cli/audit/csv.ts";
import { changeColumns, withFieldChange } from "#clients/cli/audit/field-change.ts";
import { findAuditLogSource } from "#clients/cli/audit/find-source.ts";
import { type AuditLogSource, type AuditQueryResult, columnsOf } from "#clients/cli/audit/source.ts";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, type CommandResult, exitCodes } from "#clients/cli/command-result.ts";
import { formatTable, type TableColumn, toPrintable } from "#clients/cli/output.ts";
import { parseTimeRangeOptions, sinceOption, untilOption } from "#clients/cli/time-options.ts";
import type { AuditRow, AuditWindow } from "#shared/audit/evaluate.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import type { QueryArgs, QueryParameter, SavedQuery } from "#shared/audit/saved-query.ts";
import { orgIdPattern } from "#shared/events/limits.ts";
import { formatSuggestion } from "#shared/platform/did-you-mean.ts";

const parameters = ["user", "document", "field", "threshold"] as const satisfies readonly QueryParameter[];

type AuditQuery = { readonly query: SavedQuery; readonly filled: QueryArgs; readonly window: AuditWindow };

export const audit = defineCommand({
  name: "audit",
  summary: "Asks the audit logs one of the saved questions. audit list tells which there are.",
  examples: ["audit administration --since 24h", "audit document-history --document inv_8c3f1a9b --since 7d --csv"],
  operands: ["QUERY"],
  options: {
    since: { ...sinceOption, required: true, help: `when it was recorded: ${sinceOption.help}` },
    until: { ...untilOption, help: `${untilOption.help}; now when left out` },
    org: { value: "ORG_ID", help: "of this organisation only" },
    user: { value: "USER_ID", help: "whom a query about one user is about" },
    document: { value: "ENTITY_ID", help: "what a query about one document is about" },
    field: { value: "NAME", help: "changes of this field only, with its old and its new value" },
    threshold: { value: "N", help: "from how much on a query shows something" },
    "from-files": { value: "DIR", help: "the logs or the data folder of a local stack that has ended" },
    csv: { help: "comma-separated values, for a spreadsheet" },
  },
  async run(args, context) {
    if (args.flag("csv") && args.flag("json")) throw new CliError("usage", "Give either --csv or --json, not both.");
    const query = findQuery(args.operand("QUERY"));
    const filled = parseArguments(query, (name) => args.text(name));
    const window = { ...parseWindow(args, context.now()), org: parseOrg(query, args.text("org")) };
    const source = await findAuditLogSource(
      { stackName: args.text("stack"), folder: args.text("from-files") },
      context,
    );
    const answer = await source.runQuery(query, filled, window);
    if (answer.rows.length === 0) await assertKnownOrg(source, query, window);
    return toResult({ query, filled, window }, answer, args.flag("csv"), context);
  },
});

/** An empty answer about an organisation that does not exist would look like an all-clear. */
async function assertKnownOrg(source: AuditLogSource, query: SavedQuery, window: AuditWindow): Promise<void> {
  if (window.org === null || (await source.hasOrg(query, window, window.org))) return;
  throw new CliError("usage", `There is no organisation '${window.org}': org list shows those that there are.`);
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
  if (answer.isCut) context.stderr.write(`There may be more than these ${rows.length}: ask for a shorter time.\n`);
  if (asCsv) {
    context.stderr.write(`${searched}\n`);
    return { json, text: formatCsv(columns, rows, context.columns === null ? {} : { show: toPrintable }), exit };
  }
  const filledColumns = columns.filter((column) => rows.some((row) => (row[column] ?? null) !== null));
  if (rows.length === 0) return { json, text: `Nothing found.\n${searched}`, exit };
  const found = formatTable(tableColumns(filledColumns), rows, context.columns);
  return { json, text: `${found}\n${rows.length === 1 ? "1 row" : `${rows.length} rows`}. ${searched}`, exit };
}

export const auditList = defineCommand({
  name: "audit list",
  summary: "Lists the saved questions.",
  examples: ["audit list"],
  options: {},
  async run(_, context) {
    const shape: readonly TableColumn<SavedQuery>[] = [
      { title: "QUERY", cell: ({ name }) => name, style: () => "cyan" },
      { title: "NEEDS", cell: (query) => requiredOptions(query).join(" ") },
      { title: "ANSWERS", cell: ({ summary }) => summary },
    ];
    const json = savedQueries.map((query) => ({ name: query.name, title: query.title, needs: requiredOptions(query) }));
    return { json: { queries: json }, text: formatTable(shape, savedQueries, context.columns) };
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
    `There is no query '${name}'.${formatSuggestion(name, names)}\nThere are ${names.join(", ")}.`,
  );
}

/** Throws `CliError` `usage` where a required argument is missing, or one is given that the query does not take. */
function parseArguments(query: SavedQuery, optionValue: (name: QueryParameter) => string | undefined): QueryArgs {
  const filled: Partial<Record<QueryParameter, string | number>> = {};
  for (const name of parameters) {
    const wanted = query.parameters[name];
    const text = optionValue(name);
    if (wanted === undefined) {
      if (text === undefined) continue;
      if (query.optionalParameters?.[name] === undefined)
        throw new CliError("usage", `${query.name} takes no --${name}.`);
    }
    const value = text ?? wanted?.default;
    if (value === undefined) throw new CliError("usage", `${query.name} needs --${name}: ${wanted?.help}.`);
    filled[name] = name === "threshold" ? parseThreshold(value) : value;
  }
  return filled;
}

function parseThreshold(value: string | number): number {
  if (/^\d{1,9}$/.test(String(value))) return Number(value);
  throw new CliError("usage", `--threshold takes a whole number, and not '${value}'.`);
}

function parseOrg(query: SavedQuery, org: string | undefined): string | null {
  if (org === undefined) return null;
  if (query.hasNoOrg) throw new CliError("usage", `${query.name} takes no --org: its lines cannot say whose they are.`);
  if (orgIdPattern.test(org)) return org;
  throw new CliError("usage", `'${org}' is no id of an organisation.`);
}

/** To the second, which is what CloudWatch can be asked for: outwards, so that nothing of the range is left out. */
function parseWindow(args: { text(name: "since" | "until"): string | undefined }, now: Date) {
  const texts = { since: args.text("since") ?? "", until: args.text("until") ?? now.toISOString() };
  const { since, until } = parseTimeRangeOptions((option) => texts[option], now);
  const second = (at: string | null, round: (seconds: number) => number) =>
    new Date(round(Date.parse(at ?? "") / 1_000) * 1_000).toISOString();
  return { since: second(since, Math.floor), until: second(until, Math.ceil) };
}

/** Computed times are numbers to CloudWatch, for people they are times. */
function withTimes({ result }: SavedQuery, row: AuditRow): AuditRow {
  if (result.kind === "rows") return row;
  const isTime = (column: string) => {
    const computed = result.compute[column];
    if (computed === undefined) return false;
    const field = "min" in computed ? computed.min : "max" in computed ? computed.max : "";
    return field.endsWith("_ms");
  };
  const shown = (column: string, value: string | number | null) =>
    value !== null && isTime(column) ? new Date(Number(value)).toISOString() : value;
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, shown(column, value)]));
}

function tableColumns(columns: readonly string[]): TableColumn<AuditRow>[] {
  return columns.map((column) => ({
    title: column.toUpperCase().replaceAll("_", " "),
    cell: (row) => String(row[column] ?? ""),
  }));
}
