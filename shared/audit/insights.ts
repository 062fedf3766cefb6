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
 * Returns a saved query in CloudWatch's Logs Insights QL. A parameter without an argument stays a placeholder,
 * `{{user}}`, which the console asks for. Throws `RangeError` for a text that the language cannot quote.
 */
export function toInsightsQuery(query: SavedQuery, args: QueryArgs = {}, org: string | null = null): string {
  const filters = toConditions(query, args, org).map((condition) => `filter ${conditionText(condition, args)}`);
  const { result } = query;
  return [...filters, ...(result.kind === "rows" ? rowsText(result) : groupsText(result, args))].join("\n| ");
}

/** Returns a query that counts the lines of one organisation, in a column `count`. */
export function toOrgLinesQuery(orgId: string): string {
  const isNotRefused = 'message != "admin" or outcome = "done"';
  return `filter ${conditionText(isOfOrgCondition(orgId), {})}\n| filter ${isNotRefused}\n| stats count(*) as count`;
}

/**
 * Only `limit` may follow `dedup`, which keeps the first line in sort order. It keeps all lines that lack one of the
 * fields, such as those from before records had ids.
 */
function rowsText({ show, dedupBy, orderBy }: RowsResult): string[] {
  return [
    `fields ${show.join(", ")}`,
    `sort ${orderBy === "time" ? "@timestamp" : orderBy} desc`,
    `dedup ${dedupBy.join(", ")}`,
    `limit ${maxRows}`,
  ];
}

function groupsText({ groupBy, compute, having, orderByDesc }: GroupsResult, args: QueryArgs): string[] {
  const columns = Object.entries(compute).map(([name, computed]) => `${computedText(computed)} as ${name}`);
  const counts = Object.values(compute).some((computed) => "records" in computed);
  return [
    ...(counts ? [`fields coalesce(record_id, event_id) as ${recordColumn}`] : []),
    `stats ${columns.join(", ")} by ${groupBy.join(", ")}`,
    ...(having === undefined ? [] : [`filter ${havingText(having, args)}`]),
    `sort ${orderByDesc} desc`,
    `limit ${maxRows}`,
  ];
}

function havingText(having: NonNullable<GroupsResult["having"]>, args: QueryArgs): string {
  if ("above" in having) return `${having.column} > ${having.above}`;
  return `${having.column} >= ${numberText(having.atLeast, args)}`;
}

/** The column by which records are counted. Lines from before records had ids are counted by their event. */
const recordColumn = "stored_record";

function computedText(computed: Aggregate): string {
  if ("records" in computed) return `count_distinct(${recordColumn})`;
  if ("distinct" in computed) return `count_distinct(${computed.distinct})`;
  if ("last" in computed) return `sortsLast(${computed.last})`;
  return "min" in computed ? `min(${computed.min})` : `max(${computed.max})`;
}

function conditionText(condition: LineCondition, args: QueryArgs): string {
  if ("anyOf" in condition) return `(${condition.anyOf.map((part) => conditionText(part, args)).join(" or ")})`;
  const { field } = condition;
  if ("is" in condition) return `${field} = ${valueText(condition.is)}`;
  if ("equals" in condition) return `${field} = ${valueText(args[condition.equals] ?? `{{${condition.equals}}}`)}`;
  if ("lists" in condition) {
    const text = args[condition.lists];
    const part = valueText(text === undefined ? `,{{${condition.lists}}},` : `,${text},`);
    return `strcontains(concat(",", ${field}, ","), ${part}) = 1`;
  }
  if ("matches" in condition) return `${field} like /${condition.matches}/`;
  if ("atLeast" in condition) return `${field} >= ${numberText(condition.atLeast, args)}`;
  if ("below" in condition) return `${field} < ${condition.below}`;
  return `isPresent(${field})`;
}

function numberText(value: number | QueryParameter, args: QueryArgs): string {
  return typeof value === "number" ? String(value) : String(args[value] ?? `{{${value}}}`);
}

function valueText(value: string | number): string {
  if (typeof value === "number") return String(value);
  if (/["\\]|\p{Cc}/u.test(value)) {
    throw new RangeError(`CloudWatch cannot search for '${value}': remove quotes, backslashes and control characters.`);
  }
  return `"${value}"`;
}
