import { orgIdPattern } from "../../../shared/events/limits.ts";
import { parseTimestamp } from "../../../shared/events/timestamp.ts";
import type { Row } from "../../../shared/review/evaluate.ts";
import { savedQueries } from "../../../shared/review/queries.ts";
import type { Filled, Parameter, SavedQuery } from "../../../shared/review/saved-query.ts";
import { readPast } from "../duration.ts";
import { suggestion } from "../nearest.ts";
import { CliError } from "../outcome.ts";
import { csv } from "../review/csv.ts";
import { insights } from "../review/insights-source.ts";
import { logFiles } from "../review/log-files.ts";
import { columnsOf, type ReviewSource } from "../review/source.ts";
import type { Session } from "../session.ts";
import { type Column, table } from "../table.ts";
import { findTarget } from "../target.ts";
import { defineVerb } from "../verb.ts";

const parameters = ["user", "document", "threshold"] as const satisfies readonly Parameter[];

export const review = defineVerb({
  name: "review",
  summary: "Asks the audit logs one of the saved questions. review list tells which there are.",
  operands: ["QUERY"],
  options: {
    since: { value: "24h|TIME", required: true, help: "what was recorded so long ago or later, or ISO 8601" },
    until: { value: "1h|TIME", help: "the same; now when left out" },
    org: { value: "ORG_ID", help: "of this organisation only" },
    user: { value: "USER_ID", help: "whom a query about one user is about" },
    document: { value: "ENTITY_ID", help: "what a query about one document is about" },
    threshold: { value: "N", help: "from how much on a query shows something" },
    csv: { help: "comma-separated values, for a spreadsheet" },
  },
  async run(given, session) {
    const query = findQuery(given.operand("QUERY"));
    const filled = fill(query, (name) => given.text(name));
    const window = {
      since: readMoment(given.text("since") ?? "", "--since", session.now(), Math.floor),
      until: readMoment(given.text("until") ?? session.now().toISOString(), "--until", session.now(), Math.ceil),
      org: readOrg(query, given.text("org")),
    };
    if (window.since > window.until) throw new CliError("usage", "--since is later than --until.");
    const source = await sourceOf(given.text("stack"), session);
    const answer = await source.answer(query, filled, window);
    const rows = answer.rows.map((row) => withTimes(query, row));
    if (answer.isCut) session.stderr.write(`There may be more than these ${rows.length}: ask for a shorter time.\n`);
    const columns = columnsOf(query);
    const json = { query: query.name, ...window, columns, rows, is_cut: answer.isCut };
    if (given.flag("csv")) return { json, text: csv(columns, rows) };
    return { json, text: rows.length === 0 ? "Nothing found." : table(shapeOf(columns), rows, session.columns) };
  },
});

export const reviewList = defineVerb({
  name: "review list",
  summary: "Lists the saved questions.",
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

/** Throws `CliError` `usage` where a query is not told what it needs, or is told what it has no use for. */
function fill(query: SavedQuery, given: (name: Parameter) => string | undefined): Filled {
  const filled: Partial<Record<Parameter, string | number>> = {};
  for (const name of parameters) {
    const wanted = query.parameters[name];
    const text = given(name);
    if (wanted === undefined) {
      if (text !== undefined) throw new CliError("usage", `${query.name} takes no --${name}.`);
      continue;
    }
    const value = text ?? wanted.usual;
    if (value === undefined) throw new CliError("usage", `${query.name} needs --${name}: ${wanted.help}.`);
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

/** To the second, which is what CloudWatch can be asked for. */
function readMoment(text: string, option: string, now: Date, round: (seconds: number) => number): string {
  const moment = parseTimestamp(readPast(text, now));
  if (moment !== null) return new Date(round(Date.parse(moment) / 1_000) * 1_000).toISOString();
  throw new CliError("usage", `${option} takes a time back from now, such as 24h, or a date, and not '${text}'.`);
}

async function sourceOf(stack: string | undefined, session: Session): Promise<ReviewSource> {
  const { audit } = await findTarget(session.cwd, stack);
  return audit.kind === "files" ? logFiles(audit) : insights(audit, session);
}

/** Computed times are numbers to CloudWatch, for people they are times. */
function withTimes({ result }: SavedQuery, row: Row): Row {
  if (result.kind === "rows") return row;
  const isTime = (column: string) => {
    const computed = result.compute[column];
    if (computed === undefined || "distinct" in computed) return false;
    return ("least" in computed ? computed.least : computed.greatest).endsWith("_ms");
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
