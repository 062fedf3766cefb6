import type { Computed, Condition, Filled, Groups, Parameter, Rows, SavedQuery } from "./saved-query.ts";
import { maxRows, ofOrg } from "./saved-query.ts";

/**
 * A saved query in CloudWatch's Logs Insights QL. What is not filled in stays a placeholder, `{{user}}`, for which the
 * console asks. Throws `RangeError` for a text that the language has no way to quote.
 */
export function insightsQuery(query: SavedQuery, filled: Filled = {}, org: string | null = null): string {
  const own = org === null ? [] : [ofOrg(org)];
  const filters = [...query.where, ...own].map((condition) => `filter ${conditionText(condition, filled)}`);
  const { result } = query;
  return [...filters, ...(result.kind === "rows" ? rowsText(result) : groupsText(result, filled))].join("\n| ");
}

/** `dedup` may be followed by `limit` only, and keeps the first in the order of the sort. */
function rowsText({ show, once, by }: Rows): string[] {
  return [
    `fields ${show.join(", ")}`,
    `sort ${by === "time" ? "@timestamp" : by} desc`,
    `dedup ${once}`,
    `limit ${maxRows}`,
  ];
}

function groupsText({ by, compute, having, largest }: Groups, filled: Filled): string[] {
  const columns = Object.entries(compute).map(([name, computed]) => `${computedText(computed)} as ${name}`);
  return [
    `stats ${columns.join(", ")} by ${by.join(", ")}`,
    ...(having === undefined ? [] : [`filter ${havingText(having, filled)}`]),
    `sort ${largest} desc`,
    `limit ${maxRows}`,
  ];
}

function havingText(having: NonNullable<Groups["having"]>, filled: Filled): string {
  if ("above" in having) return `${having.column} > ${having.above}`;
  return `${having.column} >= ${numberText(having.atLeast, filled)}`;
}

function computedText(computed: Computed): string {
  if ("distinct" in computed) return `count_distinct(${computed.distinct})`;
  return "least" in computed ? `min(${computed.least})` : `max(${computed.greatest})`;
}

function conditionText(condition: Condition, filled: Filled): string {
  if ("anyOf" in condition) return `(${condition.anyOf.map((part) => conditionText(part, filled)).join(" or ")})`;
  const { field } = condition;
  if ("is" in condition) return `${field} = ${valueText(condition.is)}`;
  if ("equals" in condition) return `${field} = ${valueText(filled[condition.equals] ?? `{{${condition.equals}}}`)}`;
  if ("matches" in condition) return `${field} like /${condition.matches}/`;
  if ("atLeast" in condition) return `${field} >= ${numberText(condition.atLeast, filled)}`;
  if ("below" in condition) return `${field} < ${condition.below}`;
  return `isPresent(${field})`;
}

function numberText(value: number | Parameter, filled: Filled): string {
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
