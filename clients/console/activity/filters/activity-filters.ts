import type { ActivityParams } from "#clients/client/finzbooks/finzbooks-client.ts";
import { parseTime } from "#clients/console/ui/local-time.ts";
import { documentTypes } from "#shared/events/entity-types.ts";

/** The filters of `GET /activity`, by the names of its parameters. */
export const filterNames = [
  "entity_type",
  "entity_id",
  "actor_user_id",
  "action",
  "event_id",
  "since",
  "until",
] as const;

export type FilterName = (typeof filterNames)[number];

/** The filters that are set; all must match. */
export type ActivityFilters = Readonly<Partial<Record<FilterName, string>>>;

/** Returns the filters of an address. What is empty, unknown, no time, or an entity type that the API does not filter by is left out. */
export function parseFilters(query: URLSearchParams): ActivityFilters {
  return withFilters({}, Object.fromEntries(query));
}

/** Returns filters with changed ones; `null` removes a filter. */
export function withFilters(
  filters: ActivityFilters,
  changes: Readonly<Partial<Record<FilterName, string | null>>>,
): ActivityFilters {
  const merged = { ...filters, ...changes };
  return Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = merged[name]?.trim() ?? "";
      return value === "" || !isValid(name, value) ? [] : [[name, value]];
    }),
  );
}

/** Returns the path of the page with filters, which `parseFilters` reads; `openId` is the event that is shown. */
export function formatActivityPath(filters: ActivityFilters, openId: string | null): string {
  const params = new URLSearchParams();
  for (const name of filterNames) if (filters[name] !== undefined) params.set(name, filters[name]);
  if (openId !== null) params.set("open", openId);
  return params.size === 0 ? "/activity" : `/activity?${params}`;
}

/** Returns the filters as parameters of a request. */
export function toActivityParams({ entity_type, ...filters }: ActivityFilters): ActivityParams {
  const type = documentTypes.find((name) => name === entity_type);
  return type === undefined ? filters : { ...filters, entity_type: type };
}

/** Whether two sets of filters are the same. */
export function hasSameFilters(one: ActivityFilters, other: ActivityFilters): boolean {
  return filterNames.every((name) => one[name] === other[name]);
}

function isValid(name: FilterName, value: string): boolean {
  if (name === "entity_type") return documentTypes.some((type) => type === value);
  return (name !== "since" && name !== "until") || parseTime(value) !== null;
}
