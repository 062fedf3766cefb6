import { csv } from "#clients/cli/audit/csv.ts";
import { changeColumns, withChangeOf } from "#clients/cli/audit/field-change.ts";
import { findReviewSource } from "#clients/cli/audit/find-source.ts";
import { type Answer, columnsOf, type ReviewSource } from "#clients/cli/audit/source.ts";
import { defineVerb } from "#clients/cli/command.ts";
import type { Session } from "#clients/cli/command-context.ts";
import { CliError, exitCodes, type Outcome } from "#clients/cli/command-result.ts";
import { printable } from "#clients/cli/printable.ts";
import { type Column, table } from "#clients/cli/table.ts";
import { readTimeRange, sinceOption, untilOption } from "#clients/cli/time-range.ts";
import type { Row, Window } from "#shared/audit/evaluate.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import type { Filled, Parameter, SavedQuery } from "#shared/audit/saved-query.ts";
import { orgIdPattern } from "#shared/events/limits.ts";
import { suggestion } from "#shared/platform/did-you-mean.ts";

const parameters = ["user", "document", "field", "threshold"] as const satisfies readonly Parameter[];

type Question = { readonly query: SavedQuery; readonly filled: Filled; readonly window: Window };

export const review = defineVerb({
  name: "review",
  summary: "Asks the audit logs one of the saved questions. review list tells which there are.",
  examples: ["review administration --since 24h", "review document-history --document inv_8c3f1a9b --since 7d --csv"],
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
  async run(given, session) {
    if (given.flag("csv") && given.flag("json")) throw new CliError("usage", "Give either --csv or --json, not both.");
    const query = findQuery(given.operand("QUERY"));
    const filled = fill(query, (name) => given.text(name));
    const window = { ...readWindow(given, session.now()), org: readOrg(query, given.text("org")) };
    const source = await findReviewSource({ stack: given.text("stack"), files: given.text("from-files") }, session);
    const answer = await source.answer(query, filled, window);
    if (answer.rows.length === 0) await assertKnownOrg(source, query, window);
    return outcomeOf({ query, filled, window }, answer, given.flag("csv"), session);
  },
});

/** An empty answer about an organisation that does not exist would look like an all-clear. */
async function assertKnownOrg(source: ReviewSource, query: SavedQuery, window: Window): Promise<void> {
  if (window.org === null || (await source.hasOrg(query, window, window.org))) return;
  throw new CliError("usage", `There is no organisation '${window.org}': org list shows those that there are.`);
}

function outcomeOf({ query, filled, window }: Question, answer: Answer, asCsv: boolean, session: Session): Outcome {
  const field = query.result.kind === "rows" && filled.field !== undefined ? String(filled.field) : null;
  const rows = answer.rows.map((row) => withChangeOf(field, withTimes(query, row)));
  const columns = field === null ? columnsOf(query) : [...columnsOf(query), ...changeColumns];
  const searched = `Searched ${answer.searchedLines} lines of the ${query.from} log, ${window.since} to ${window.until}.`;
  const json = {
    ...{ query: query.name, ...window, searched_lines: answer.searchedLines },
    ...{ columns, rows, is_cut: answer.isCut },
  };
  const exit = answer.isCut ? exitCodes.incomplete : exitCodes.done;
  if (answer.isCut) session.stderr.write(`There may be more than these ${rows.length}: ask for a shorter time.\n`);
  if (asCsv) {
    session.stderr.write(`${searched}\n`);
    return { json, text: csv(columns, rows, session.columns === null ? {} : { show: printable }), exit };
  }
  const filledColumns = columns.filter((column) => rows.some((row) => (row[column] ?? null) !== null));
  if (rows.length === 0) return { json, text: `Nothing found.\n${searched}`, exit };
  const found = table(shapeOf(filledColumns), rows, session.columns);
  return { json, text: `${found}\n${rows.length === 1 ? "1 row" : `${rows.length} rows`}. ${searched}`, exit };
}

export const reviewList = defineVerb({
  name: "review list",
  summary: "Lists the saved questions.",
  examples: ["review list"],
  options: {},
  async run(_, session) {
    const shape: readonly Column<SavedQuery>[] = [
      { title: "QUERY", cell: ({ name }) => name, style: () => "cyan" },
      { title: "NEEDS", cell: (query) => needs(query).join(" ") },
      { title: "ANSWERS", cell: ({ summary }) => summary },
    ];
    const json = savedQueries.map((query) => ({ name: query.name, title: query.title, needs: needs(query) }));
    return { json: { queries: json }, text: table(shape, savedQueries, session.columns) };
  },
});

function needs({ parameters }: SavedQuery): string[] {
  return Object.entries(parameters).flatMap(([name, { usual }]) => (usual === undefined ? [`--${name}`] : []));
}

function findQuery(name: string): SavedQuery {
  const query = savedQueries.find((candidate) => candidate.name === name);
  if (query !== undefined) return query;
  const names = savedQueries.map((candidate) => candidate.name);
  throw new CliError("usage", `There is no query '${name}'.${suggestion(name, names)}\nThere are ${names.join(", ")}.`);
}

/** Throws `CliError` `usage` where a required argument is missing, or one is given that the query does not take. */
function fill(query: SavedQuery, given: (name: Parameter) => string | undefined): Filled {
  const filled: Partial<Record<Parameter, string | number>> = {};
  for (const name of parameters) {
    const wanted = query.parameters[name];
    const text = given(name);
    if (wanted === undefined) {
      if (text === undefined) continue;
      if (query.narrowed?.[name] === undefined) throw new CliError("usage", `${query.name} takes no --${name}.`);
    }
    const value = text ?? wanted?.usual;
    if (value === undefined) throw new CliError("usage", `${query.name} needs --${name}: ${wanted?.help}.`);
    filled[name] = name === "threshold" ? readNumber(value) : value;
  }
  return filled;
}

function readNumber(value: string | number): number {
  if (/^\d{1,9}$/.test(String(value))) return Number(value);
  throw new CliError("usage", `--threshold takes a whole number, and not '${value}'.`);
}

function readOrg(query: SavedQuery, org: string | undefined): string | null {
  if (org === undefined) return null;
  if (query.hasNoOrg) throw new CliError("usage", `${query.name} takes no --org: its lines cannot say whose they are.`);
  if (orgIdPattern.test(org)) return org;
  throw new CliError("usage", `'${org}' is no id of an organisation.`);
}

/** To the second, which is what CloudWatch can be asked for: outwards, so that nothing of the range is left out. */
function readWindow(given: { text(name: "since" | "until"): string | undefined }, now: Date) {
  const texts = { since: given.text("since") ?? "", until: given.text("until") ?? now.toISOString() };
  const { since, until } = readTimeRange((option) => texts[option], now);
  const second = (at: string | null, round: (seconds: number) => number) =>
    new Date(round(Date.parse(at ?? "") / 1_000) * 1_000).toISOString();
  return { since: second(since, Math.floor), until: second(until, Math.ceil) };
}

/** Computed times are numbers to CloudWatch, for people they are times. */
function withTimes({ result }: SavedQuery, row: Row): Row {
  if (result.kind === "rows") return row;
  const isTime = (column: string) => {
    const computed = result.compute[column];
    if (computed === undefined) return false;
    const field = "least" in computed ? computed.least : "greatest" in computed ? computed.greatest : "";
    return field.endsWith("_ms");
  };
  const shown = (column: string, value: string | number | null) =>
    value !== null && isTime(column) ? new Date(Number(value)).toISOString() : value;
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, shown(column, value)]));
}

function shapeOf(columns: readonly string[]): Column<Row>[] {
  return columns.map((column) => ({
    title: column.toUpperCase().replaceAll("_", " "),
    cell: (row) => String(row[column] ?? ""),
  }));
}
