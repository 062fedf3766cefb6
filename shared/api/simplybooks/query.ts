import { formatFilters, redactForLog } from "#shared/api/http/format-filters.ts";
import { findUnknownParam, invalidValue, singleParam } from "#shared/api/http/parameters.ts";
import type { AuditFields } from "#shared/api/http/request.ts";
import { isCleanId, maxIdLength } from "#shared/events/limits.ts";
import { hashListName, type ListQuery } from "#shared/events/query/offset-pagination.ts";
import { type EventQuery, noFilter } from "#shared/events/query/query.ts";
import { findNearest } from "#shared/platform/did-you-mean.ts";
import { getZoneClock } from "#shared/platform/time/zone-clock.ts";
import { parseActivitySecond } from "./activity/activity-id.ts";
import { findEntityTypes, visibleEntityTypes } from "./activity/activity-types.ts";
import { type FilterCondition, matchesCondition, parseActivityFilter } from "./filter/conditions.ts";
import { parseLocalDate, toUtcBounds } from "./filter/local-date.ts";
import { foldCase, matchesSearch } from "./filter/search.ts";
import {
  type ActivityContext,
  type ActivityField,
  activityFields,
  activityProjection,
  type DocumentField,
  documentFields,
  toActivity,
} from "./mapping.ts";
import type { SimplybooksRoute } from "./routes.ts";

/** What a caller asked of the list. */
export type ActivityListRequest = {
  readonly skip: number;
  readonly take: number;
  /** Shown fields, in the order of the contract. */
  readonly fields: readonly ActivityField[];
  readonly conditions: readonly FilterCondition[];
  /** With its case folded; empty where nothing is searched for. */
  readonly search: string;
};

/** The parameters of each route. One that is not here is refused. */
export const routeParameters = {
  list: ["search", "fields", "filter", "skip", "take", "format"],
  activity: ["fields", "format"],
  account: ["format"],
} as const satisfies Readonly<Record<SimplybooksRoute["kind"], readonly string[]>>;

/**
 * Refuses a parameter that a route does not know: a filter that is misspelt and ignored would answer with the activities
 * that it was to leave out. Throws `ActivityError` `invalid_value` and names the parameter.
 */
export function assertKnownParameters(kind: SimplybooksRoute["kind"], query: URLSearchParams): void {
  if (query.has("sort")) throw invalidValue("sort", "sort unknown: no sorting possible, activities come newest first");
  const known = routeParameters[kind];
  const name = findUnknownParam(query, known);
  if (name === null) return;
  const closest = findNearest(name, known);
  const hint = closest === null ? "" : ` did you mean ${closest}?`;
  throw invalidValue(name, `${name} unknown:${hint} the parameters are ${known.join(", ")}`);
}

/** Activities of a page where the caller names no number, and at most. */
export const maxTake = 100;

/** Activities that are left out at most: nine digits. */
export const maxSkip = 999_999_999;

/** Characters of a search at most. */
export const maxSearchLength = 256;

/** Reads the parameters of a list. Throws `ActivityError` `invalid_value` and names the parameter. */
export function parseListRequest(query: URLSearchParams): ActivityListRequest {
  assertKnownParameters("list", query);
  const search = (singleParam(query, "search") ?? "").trim();
  if (search.length > maxSearchLength) throw invalidValue("search", "search too long");
  return {
    skip: parseCount(singleParam(query, "skip"), { name: "skip", unnamed: 0, min: 0, max: maxSkip }),
    take: parseCount(singleParam(query, "take"), { name: "take", unnamed: maxTake, min: 1, max: maxTake }),
    fields: parseFields(query),
    conditions: parseActivityFilter(singleParam(query, "filter") ?? ""),
    search: foldCase(search),
  };
}

function parseCount(
  text: string | null,
  { name, unnamed, min, max }: { name: string; unnamed: number; min: number; max: number },
): number {
  if (text === null) return unnamed;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw invalidValue(name, `${name} unknown: it must be a whole number from ${min} to ${max}`);
}

/** Reads which fields are to be shown; all where the caller names none. Throws like `readListRequest`. */
export function parseFields(query: URLSearchParams): readonly ActivityField[] {
  const text = singleParam(query, "fields") ?? "";
  const wanted = text.split(",").flatMap((name) => name.trim() || []);
  if (wanted.length === 0) return activityFields;
  const isField = new Set<string>(activityFields);
  const unknown = wanted.find((name) => !isField.has(name));
  if (unknown !== undefined) throw invalidValue(unknown, `${unknown.slice(0, 64)} unknown`);
  return activityFields.filter((field) => wanted.includes(field));
}

/**
 * What is read for a list: the index that answers the most, and all other conditions by what activities show, so that a
 * filter finds just what rendering names.
 */
export function toListQuery(
  orgId: string,
  { conditions, search }: ActivityListRequest,
  setting: ActivityContext,
): ListQuery {
  const narrowed = chooseIndex(conditions);
  const times = conditions.flatMap((condition) => toTimeBounds(condition, setting));
  const since =
    times
      .flatMap(({ since }) => since ?? [])
      .sort()
      .at(-1) ?? null;
  const until = times.flatMap(({ until }) => until ?? []).sort()[0] ?? null;
  const base = { ...allActivitiesOf(orgId), since, until };
  const open = conditions.filter((condition) => condition !== narrowed.answered);
  const { time_zone, robot_name } = setting.org;
  return {
    org_id: orgId,
    name: hashListName("simplybooks", conditions, search, time_zone, robot_name, setting.origin),
    queries: narrowed.filters.map((filter) => ({ ...base, ...filter })),
    matches:
      open.length === 0 && search === ""
        ? null
        : (event) => {
            const activity = toActivity(event, setting);
            return open.every((condition) => matchesCondition(activity, condition)) && matchesSearch(activity, search);
          },
  };
}

/** Conditions on these hold words and names, which are not for logs. */
const wordFields: ReadonlySet<ActivityField> = new Set(["user", "description", "information", "references"]);

/** What is written down of a request for the list. */
export function toAuditFields({
  conditions,
  search,
  skip,
  take,
}: ActivityListRequest): Pick<AuditFields, "entity_id" | "filters"> {
  const about = conditions.find(
    ({ field, operator, value }) => operator === "eq" && isDocumentField(field) && value !== "",
  );
  const filters = formatFilters([
    ...conditions.map(
      ({ field, operator, value }) => [`${field}.${operator}`, wordFields.has(field) ? "…" : value] as const,
    ),
    ["search", search === "" ? null : "…"],
    ["skip", skip],
    ["take", take],
  ]);
  return { entity_id: about === undefined ? undefined : redactForLog(about.value), filters };
}

/** What is read for one activity: the events of its second. `null` for a number that no activity can have. */
export function toActivityQuery(orgId: string, id: string, setting: ActivityContext): ListQuery | null {
  const second = parseActivitySecond(id);
  if (second === null) return null;
  return {
    org_id: orgId,
    name: hashListName("simplybooks activity", id),
    queries: [{ ...allActivitiesOf(orgId), ...second }],
    matches: (event) => toActivity(event, setting).activity_id === id,
  };
}

function allActivitiesOf(orgId: string) {
  return { ...noFilter, org_id: orgId, visibleEntityTypes, projection: activityProjection };
}

type Narrowed = {
  readonly filters: readonly Partial<EventQuery>[];
  /** The condition that an index answers by itself. */
  readonly answered: FilterCondition | null;
};

/** A document has fewer events than a customer, and a customer fewer than a kind of document. */
function chooseIndex(conditions: readonly FilterCondition[]): Narrowed {
  const equal = conditions.filter(({ operator, value }) => operator === "eq" && value !== "");
  // A number that no activity can have.
  if (equal.some(({ field, value }) => field === "activity_id" && parseActivitySecond(value) === null)) {
    return { filters: [], answered: null };
  }
  for (const condition of equal) {
    const { field, value } = condition;
    if (!isDocumentField(field)) continue;
    const filters = isId(value) ? [{ entity_type: documentFields[field], entity_id: value }] : [];
    return { filters, answered: condition };
  }
  for (const condition of equal) {
    const { field, value } = condition;
    if (field === "client_id") return { filters: isId(value) ? [{ contact_id: value }] : [], answered: condition };
  }
  const type = equal.find(({ field }) => field === "type");
  if (type === undefined) return { filters: [{}], answered: null };
  return { filters: findEntityTypes(type.value).map((entity_type) => ({ entity_type })), answered: null };
}

function isDocumentField(field: ActivityField): field is DocumentField {
  return Object.hasOwn(documentFields, field);
}

/** What no document can have as its id needs no read. */
function isId(text: string): boolean {
  return text.length <= maxIdLength && isCleanId(text);
}

type Times = { readonly since?: string; readonly until?: string };

/** The moments outside of which a condition cannot hold. */
function toTimeBounds({ field, operator, value }: FilterCondition, { org }: ActivityContext): Times[] {
  if (operator === "contains" || operator === "ne") return [];
  if (field === "activity_id") {
    const { since = null, until = null } = parseActivitySecond(value) ?? {};
    const [from, to] = [since === null ? {} : { since }, until === null ? {} : { until }];
    return [{ eq: { ...from, ...to }, le: to, lt: to, ge: from, gt: from }[operator]];
  }
  if (field !== "date") return [];
  const bounds = parseLocalDate(value);
  if (bounds === null) return [];
  const clock = getZoneClock(org.time_zone);
  const [first, last] = [toUtcBounds(bounds.first, clock), toUtcBounds(bounds.last, clock)];
  const times = {
    eq: { since: first.earliest, until: last.latest },
    le: { until: last.latest },
    lt: { until: first.latest },
    ge: { since: first.earliest },
    gt: { since: last.earliest },
  };
  return [times[operator]];
}
