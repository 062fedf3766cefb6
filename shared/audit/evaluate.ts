import { isJsonObject, type JsonObject } from "#shared/events/text/json.ts";
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

/** A row of a result: its columns in their order, with what CloudWatch would show of them. Absent is `null`. */
export type AuditRow = Readonly<Record<string, string | number | null>>;

export type AuditWindow = {
  /** Inclusive, UTC with three fraction digits. */
  readonly since: string;
  readonly until: string;
  readonly org: string | null;
};

/** Reads the lines of a log; what is no JSON object with a time is none of ours. */
export function* parseLines(texts: Iterable<string>): Generator<JsonObject> {
  for (const text of texts) {
    if (!text.startsWith("{")) continue;
    const line = parsed(text);
    if (isJsonObject(line) && typeof line.time === "string") yield line;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Answers a saved query over lines, as CloudWatch would over the same ones. */
export function evaluateQuery(
  query: SavedQuery,
  filled: QueryArgs,
  window: AuditWindow,
  lines: Iterable<JsonObject>,
): AuditRow[] {
  const found: JsonObject[] = [];
  const where = toConditions(query, filled, window.org);
  for (const line of lines) {
    if (!isWithin(line, window) || !where.every((condition) => holds(condition, line, filled))) continue;
    found.push(line);
  }
  const { result } = query;
  return result.kind === "rows" ? rowsOf(result, found) : groupsOf(result, filled, found);
}

/** Whether a line lies in a window. */
export function isWithin({ time }: JsonObject, { since, until }: Pick<AuditWindow, "since" | "until">): boolean {
  return String(time) >= since && String(time) <= until;
}

/** Whether a line is about an organisation. */
export function isOfOrg(line: JsonObject, orgId: string): boolean {
  return holds(isOfOrgCondition(orgId), line, {});
}

function holds(condition: LineCondition, line: JsonObject, filled: QueryArgs): boolean {
  if ("anyOf" in condition) return condition.anyOf.some((part) => holds(part, line, filled));
  const value = line[condition.field];
  if (value === undefined || value === null) return false;
  if ("is" in condition) return value === condition.is;
  if ("equals" in condition) return value === filled[condition.equals];
  if ("lists" in condition) return `,${value},`.includes(`,${filled[condition.lists]},`);
  if ("matches" in condition) return new RegExp(condition.matches).test(String(value));
  if ("atLeast" in condition) return Number(value) >= numberOf(condition.atLeast, filled);
  if ("below" in condition) return Number(value) < condition.below;
  return true;
}

function numberOf(value: number | QueryParameter, filled: QueryArgs): number {
  return typeof value === "number" ? value : Number(filled[value]);
}

function rowsOf({ show, dedupBy: once, orderBy: by }: RowsResult, lines: readonly JsonObject[]): AuditRow[] {
  const seen = new Set<string>();
  // Of one moment, what was written last comes first.
  const sorted = lines.toReversed().sort((left, right) => compare(right[by], left[by]));
  return sorted.flatMap((line) => {
    const key = once.map((field) => line[field] ?? null);
    const isKnown = !key.includes(null) && seen.has(JSON.stringify(key));
    if (isKnown) return [];
    seen.add(JSON.stringify(key));
    return [Object.fromEntries(show.map((field) => [field, shown(line[field])]))];
  });
}

function groupsOf(
  { groupBy: by, compute, having, orderByDesc: largest }: GroupsResult,
  filled: QueryArgs,
  lines: readonly JsonObject[],
): AuditRow[] {
  const groups = Map.groupBy(lines, (line) => JSON.stringify(by.map((field) => shown(line[field]))));
  const rows = [...groups.values()].map((group): AuditRow => {
    const named = by.map((field) => [field, shown(group[0]?.[field])]);
    const computed = Object.entries(compute).map(([name, what]) => [name, computedOf(what, group)]);
    return Object.fromEntries([...named, ...computed]);
  });
  const kept = having === undefined ? rows : rows.filter((row) => isKept(row, having, filled));
  return kept.sort((left, right) => Number(right[largest]) - Number(left[largest]));
}

function isKept(row: AuditRow, having: NonNullable<GroupsResult["having"]>, filled: QueryArgs): boolean {
  const value = row[having.column] ?? null;
  if ("atLeast" in having) return value !== null && Number(value) >= Number(filled[having.atLeast]);
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

function shown(value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  return typeof value === "number" ? value : String(value);
}

function compare(left: unknown, right: unknown): number {
  const [a, b] = [String(left), String(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}
