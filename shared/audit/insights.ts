import type {
  Aggregate,
  GroupsResult,
  LineCondition,
  QueryArgs,
  QueryParameter,
  RowsResult,
  SavedQuery,
} from "./saved-query.ts";
import { isOfOrgCondition, maxRows, toConditions } from "./saved-query.ts";

/**
 * A saved query in CloudWatch's Logs Insights QL. What is not filled in stays a placeholder, `{{user}}`, for which the
 * console asks. Throws `RangeError` for a text that the language has no way to quote.
 */
export function toInsightsQuery(query: SavedQuery, filled: QueryArgs = {}, org: string | null = null): string {
  const filters = toConditions(query, filled, org).map((condition) => `filter ${conditionText(condition, filled)}`);
  const { result } = query;
  return [...filters, ...(result.kind === "rows" ? rowsText(result) : groupsText(result, filled))].join("\n| ");
}

/** Counts the lines of one organisation in the log, in a column `count`. */
export function toOrgLinesQuery(orgId: string): string {
  const isNoRefusedCall = 'message != "admin" or outcome = "done"';
  return `filter ${conditionText(isOfOrgCondition(orgId), {})}\n| filter ${isNoRefusedCall}\n| stats count(*) as count`;
}

/**
 * `dedup` may be followed by `limit` only, and keeps the first in the order of the sort. It keeps all lines without one of
 * the fields, such as those that were written before records had ids.
 */
function rowsText({ show, dedupBy: once, orderBy: by }: RowsResult): string[] {
  return [
    `fields ${show.join(", ")}`,
    `sort ${by === "time" ? "@timestamp" : by} desc`,
    `dedup ${once.join(", ")}`,
    `limit ${maxRows}`,
  ];
}

function groupsText({ groupBy: by, compute, having, orderByDesc: largest }: GroupsResult, filled: QueryArgs): string[] {
  const columns = Object.entries(compute).map(([name, computed]) => `${computedText(computed)} as ${name}`);
  const counts = Object.values(compute).some((computed) => "records" in computed);
  return [
    ...(counts ? [`fields coalesce(record_id, event_id) as ${recordColumn}`] : []),
    `stats ${columns.join(", ")} by ${by.join(", ")}`,
    ...(having === undefined ? [] : [`filter ${havingText(having, filled)}`]),
    `sort ${largest} desc`,
    `limit ${maxRows}`,
  ];
}

function havingText(having: NonNullable<GroupsResult["having"]>, filled: QueryArgs): string {
  if ("above" in having) return `${having.column} > ${having.above}`;
  return `${having.column} >= ${numberText(having.atLeast, filled)}`;
}

/** What records are counted by. Lines that were written before records had ids are counted by their event. */
const recordColumn = "stored_record";

function computedText(computed: Aggregate): string {
  if ("records" in computed) return `count_distinct(${recordColumn})`;
  if ("distinct" in computed) return `count_distinct(${computed.distinct})`;
  if ("last" in computed) return `sortsLast(${computed.last})`;
  return "min" in computed ? `min(${computed.min})` : `max(${computed.max})`;
}

function conditionText(condition: LineCondition, filled: QueryArgs): string {
  if ("anyOf" in condition) return `(${condition.anyOf.map((part) => conditionText(part, filled)).join(" or ")})`;
  const { field } = condition;
  if ("is" in condition) return `${field} = ${valueText(condition.is)}`;
  if ("equals" in condition) return `${field} = ${valueText(filled[condition.equals] ?? `{{${condition.equals}}}`)}`;
  if ("lists" in condition) {
    const text = filled[condition.lists];
    const part = valueText(text === undefined ? `,{{${condition.lists}}},` : `,${text},`);
    return `strcontains(concat(",", ${field}, ","), ${part}) = 1`;
  }
  if ("matches" in condition) return `${field} like /${condition.matches}/`;
  if ("atLeast" in condition) return `${field} >= ${numberText(condition.atLeast, filled)}`;
  if ("below" in condition) return `${field} < ${condition.below}`;
  return `isPresent(${field})`;
}

function numberText(value: number | QueryParameter, filled: QueryArgs): string {
  return typeof value === "number" ? String(value) : String(filled[value] ?? `{{${value}}}`);
}

function valueText(value: string | number): string {
  if (typeof value === "number") return String(value);
  if (/["\\]|\p{Cc}/u.test(value)) {
    throw new RangeError(
      `CloudWatch has no way to ask for '${value}': it holds a quote, a backslash or a control character.`,
    );
  }
  return `"${value}"`;
}
