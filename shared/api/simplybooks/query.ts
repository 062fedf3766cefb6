import { formatFilters, redactForLog } from "#shared/api/http/format-filters.ts";
import type { AuditFields } from "#shared/api/http/request.ts";
import { isCleanId, maxIdLength } from "#shared/events/limits.ts";
import { hashListKey, type ListQuery } from "#shared/events/query/offset-pagination.ts";
import { type EventQuery, noFilter } from "#shared/events/query/query.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { parseActivitySecond } from "./activity/activity-id.ts";
import { findEntityTypes, visibleEntityTypes } from "./activity/activity-types.ts";
import { type FilterCondition, matchesCondition } from "./filter/conditions.ts";
import { parseLocalDate, toUtcBounds } from "./filter/local-date.ts";
import { matchesSearch } from "./filter/search.ts";
import {
  type ActivityContext,
  type ActivityField,
  activityProjection,
  type DocumentField,
  documentFields,
  toActivity,
} from "./mapping.ts";

/** A parsed request for the list. */
export type ActivityListRequest = {
  readonly skip: number;
  readonly take: number;
  /** Fields to show, in the order of the contract. */
  readonly fields: readonly ActivityField[];
  readonly conditions: readonly FilterCondition[];
  /** With its case folded; empty without a search. */
  readonly search: string;
};

/**
 * Returns the query of a list: the most selective index, and a predicate that checks all other conditions against the
 * rendered activity, so that a filter matches exactly what the caller sees.
 */
export function toListQuery(
  orgId: string,
  { conditions, search }: ActivityListRequest,
  context: ActivityContext,
): ListQuery {
  const choice = chooseIndex(conditions);
  const times = conditions.flatMap((condition) => toTimeBounds(condition, context));
  const since =
    times
      .flatMap(({ since }) => since ?? [])
      .sort()
      .at(-1) ?? null;
  const until = times.flatMap(({ until }) => until ?? []).sort()[0] ?? null;
  const base = { ...allActivitiesOf(orgId), since, until };
  const remaining = conditions.filter((condition) => condition !== choice.answered);
  const { time_zone, robot_name } = context.org;
  return {
    org_id: orgId,
    listKey: hashListKey("simplybooks", conditions, search, time_zone, robot_name, context.origin),
    queries: choice.filters.map((filter) => ({ ...base, ...filter })),
    matches:
      remaining.length === 0 && search === ""
        ? null
        : (event) => {
            const activity = toActivity(event, context);
            return (
              remaining.every((condition) => matchesCondition(activity, condition)) && matchesSearch(activity, search)
            );
          },
  };
}

/** Fields with text and names, which must not be logged. */
const textFields: ReadonlySet<ActivityField> = new Set(["user", "description", "information", "references"]);

/** Returns the audit fields of a request for the list. */
export function toAuditFields({
  conditions,
  search,
  skip,
  take,
}: ActivityListRequest): Pick<AuditFields, "entity_id" | "filters"> {
  const document = conditions.find(
    ({ field, operator, value }) => operator === "eq" && isDocumentField(field) && value !== "",
  );
  const filters = formatFilters([
    ...conditions.map(
      ({ field, operator, value }) => [`${field}.${operator}`, textFields.has(field) ? "…" : value] as const,
    ),
    ["search", search === "" ? null : "…"],
    ["skip", skip],
    ["take", take],
  ]);
  return { entity_id: document === undefined ? undefined : redactForLog(document.value), filters };
}

/** Returns the query of one activity: the events of its second. `null` if no activity can have the number. */
export function toActivityQuery(orgId: string, id: string, context: ActivityContext): ListQuery | null {
  const second = parseActivitySecond(id);
  if (second === null) return null;
  return {
    org_id: orgId,
    listKey: hashListKey("simplybooks activity", id),
    queries: [{ ...allActivitiesOf(orgId), ...second }],
    matches: (event) => toActivity(event, context).activity_id === id,
  };
}

function allActivitiesOf(orgId: string) {
  return { ...noFilter, org_id: orgId, visibleEntityTypes, projection: activityProjection };
}

type IndexChoice = {
  readonly filters: readonly Partial<EventQuery>[];
  /** The condition that the index fulfils, which needs no further check. */
  readonly answered: FilterCondition | null;
};

/** Chooses the most selective index: by document, then by customer, then by entity type. */
function chooseIndex(conditions: readonly FilterCondition[]): IndexChoice {
  const equal = conditions.filter(({ operator, value }) => operator === "eq" && value !== "");
  // No activity can have this number.
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

/** Whether a document can have this id; others need no read. */
function isId(text: string): boolean {
  return text.length <= maxIdLength && isCleanId(text);
}

type TimeBounds = { readonly since?: string; readonly until?: string };

/** Returns bounds outside of which a condition cannot match; empty if it has none. */
function toTimeBounds({ field, operator, value }: FilterCondition, { org }: ActivityContext): TimeBounds[] {
  if (operator === "contains" || operator === "ne") return [];
  if (field === "activity_id") {
    const { since = null, until = null } = parseActivitySecond(value) ?? {};
    const from = since === null ? {} : { since };
    const to = until === null ? {} : { until };
    return [{ eq: { ...from, ...to }, le: to, lt: to, ge: from, gt: from }[operator]];
  }
  if (field !== "date") return [];
  const bounds = parseLocalDate(value);
  if (bounds === null) return [];
  const clock = getZoneClock(org.time_zone);
  const first = toUtcBounds(bounds.first, clock);
  const last = toUtcBounds(bounds.last, clock);
  const times = {
    eq: { since: first.earliest, until: last.latest },
    le: { until: last.latest },
    lt: { until: first.latest },
    ge: { since: first.earliest },
    gt: { since: last.earliest },
  };
  return [times[operator]];
}
