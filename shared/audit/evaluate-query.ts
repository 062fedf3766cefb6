import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";
import { parseJson } from "#shared/platform/json.ts";
import {
  type Aggregate,
  type GroupsResult,
  isOfOrgCondition,
  type LineCondition,
  type QueryArgs,
  type QueryParameter,
  type RowsResult,
  type SavedQuery,
  toConditions,
} from "./saved-query.ts";

/** A row of a result, with its columns in order and values as CloudWatch shows them; `null` if absent. */
export type AuditRow = Readonly<Record<string, string | number | null>>;

export type AuditWindow = {
  /** Inclusive, UTC with three fraction digits. */
  readonly since: string;
  readonly until: string;
  readonly org: string | null;
};

/** Parses the lines of a log and skips lines that are not JSON objects with a time. */
export function* parseLines(texts: Iterable<string>): Generator<JsonObject> {
  for (const text of texts) {
    if (!text.startsWith("{")) continue;
    const line = parseJson(text);
    if (isJsonObject(line) && typeof line.time === "string") yield line;
  }
}

/** Evaluates a saved query over lines with the same result as CloudWatch. */
export function evaluateQuery(
  query: SavedQuery,
  args: QueryArgs,
  window: AuditWindow,
  lines: Iterable<JsonObject>,
): AuditRow[] {
  const found: JsonObject[] = [];
  const where = toConditions(query, args, window.org);
  for (const line of lines) {
    if (!isWithin(line, window) || !where.every((condition) => matches(condition, line, args))) continue;
    found.push(line);
  }
  const { result } = query;
  return result.kind === "rows" ? rowsOf(result, found) : groupsOf(result, args, found);
}

/** Whether the time of a line is in a window. */
export function isWithin({ time }: JsonObject, { since, until }: Pick<AuditWindow, "since" | "until">): boolean {
  return String(time) >= since && String(time) <= until;
}

/** Whether a line belongs to an organisation. */
export function isOfOrg(line: JsonObject, orgId: string): boolean {
  return matches(isOfOrgCondition(orgId), line, {});
}

function matches(condition: LineCondition, line: JsonObject, args: QueryArgs): boolean {
  if ("anyOf" in condition) return condition.anyOf.some((part) => matches(part, line, args));
  const value = line[condition.field];
  if (value === undefined || value === null) return false;
  if ("is" in condition) return value === condition.is;
  if ("equals" in condition) return value === args[condition.equals];
  if ("lists" in condition) return `,${value},`.includes(`,${args[condition.lists]},`);
  if ("matches" in condition) return new RegExp(condition.matches).test(String(value));
  if ("atLeast" in condition) return Number(value) >= numberOf(condition.atLeast, args);
  if ("below" in condition) return Number(value) < condition.below;
  return true;
}

function numberOf(value: number | QueryParameter, args: QueryArgs): number {
  return typeof value === "number" ? value : Number(args[value]);
}

function rowsOf({ show, dedupBy, orderBy }: RowsResult, lines: readonly JsonObject[]): AuditRow[] {
  const seen = new Set<string>();
  // For equal times, the line that was written last comes first.
  const sorted = lines.toReversed().sort((left, right) => compare(right[orderBy], left[orderBy]));
  return sorted.flatMap((line) => {
    const key = dedupBy.map((field) => line[field] ?? null);
    const isKnown = !key.includes(null) && seen.has(JSON.stringify(key));
    if (isKnown) return [];
    seen.add(JSON.stringify(key));
    return [Object.fromEntries(show.map((field) => [field, toCell(line[field])]))];
  });
}

function groupsOf(
  { groupBy, compute, having, orderByDesc }: GroupsResult,
  args: QueryArgs,
  lines: readonly JsonObject[],
): AuditRow[] {
  const groups = Map.groupBy(lines, (line) => JSON.stringify(groupBy.map((field) => toCell(line[field]))));
  const rows = [...groups.values()].map((group): AuditRow => {
    const named = groupBy.map((field) => [field, toCell(group[0]?.[field])]);
    const computed = Object.entries(compute).map(([name, what]) => [name, computedOf(what, group)]);
    return Object.fromEntries([...named, ...computed]);
  });
  const kept = having === undefined ? rows : rows.filter((row) => isKept(row, having, args));
  return kept.sort((left, right) => Number(right[orderByDesc]) - Number(left[orderByDesc]));
}

function isKept(row: AuditRow, having: NonNullable<GroupsResult["having"]>, args: QueryArgs): boolean {
  const value = row[having.column] ?? null;
  if ("atLeast" in having) return value !== null && Number(value) >= Number(args[having.atLeast]);
  const other = row[having.above] ?? null;
  return value !== null && other !== null && Number(value) > Number(other);
}

function computedOf(computed: Aggregate, group: readonly JsonObject[]): string | number | null {
  if ("records" in computed) return new Set(group.flatMap((line) => line.record_id ?? line.event_id ?? [])).size;
  if ("last" in computed) {
    const texts = group.flatMap((line) =>
      typeof line[computed.last] === "string" ? [String(line[computed.last])] : [],
    );
    return texts.sort().at(-1) ?? null;
  }
  if ("distinct" in computed) return new Set(group.flatMap((line) => line[computed.distinct] ?? [])).size;
  const field = "min" in computed ? computed.min : computed.max;
  const values = group.flatMap((line) => (typeof line[field] === "number" ? [line[field]] : []));
  if (values.length === 0) return null;
  return values.reduce((best, value) => ("min" in computed ? Math.min(best, value) : Math.max(best, value)));
}

function toCell(value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  return typeof value === "number" ? value : String(value);
}

function compare(left: unknown, right: unknown): number {
  const leftText = String(left);
  const rightText = String(right);
  return leftText < rightText ? -1 : leftText > rightText ? 1 : 0;
}
