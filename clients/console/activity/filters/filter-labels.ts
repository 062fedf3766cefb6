import { locale } from "#clients/console/ui/locale.ts";
import { toDisplayText, toWords } from "#clients/timeline/format/display-text.ts";
import type { ActivityFilters, FilterName } from "./activity-filters.ts";

/** The filters that have a chip each; the two bounds of the time share one. */
export const chipNames = ["entity_type", "entity_id", "actor_user_id", "action", "event_id", "time"] as const;

export type ChipName = (typeof chipNames)[number];

export const chipLabels: Readonly<Record<ChipName, string>> = {
  entity_type: "Type",
  entity_id: "Document ID",
  actor_user_id: "User ID",
  action: "Action",
  event_id: "Event ID",
  time: "Time",
};

/** Returns the filters that a chip sets. */
export function toFilterNames(chip: ChipName): readonly FilterName[] {
  return chip === "time" ? ["since", "until"] : [chip];
}

/** Returns the value of a chip in words; `null` if its filter is not set. */
export function formatChipValue(chip: ChipName, filters: ActivityFilters): string | null {
  if (chip === "time") return formatRange(filters);
  const value = filters[chip];
  if (value === undefined) return null;
  return chip === "entity_type" ? toWords(value) : toDisplayText(value);
}

/** Returns all filters in words; empty if none is set. */
export function describeFilters(filters: ActivityFilters): string {
  return chipNames
    .flatMap((chip) => {
      const value = formatChipValue(chip, filters);
      return value === null ? [] : [`${chipLabels[chip].toLowerCase()} ${value}`];
    })
    .join(", ");
}

function formatRange({ since, until }: ActivityFilters): string | null {
  if (since === undefined && until === undefined) return null;
  if (until === undefined) return `since ${formatBound(since)}`;
  if (since === undefined) return `until ${formatBound(until)}`;
  return `${formatBound(since)} – ${formatBound(until)}`;
}

const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** The API accepts more spellings than `Date`, so a bound of another spelling is shown as it is. */
function formatBound(bound: string | undefined): string {
  const timeMs = Date.parse(bound ?? "");
  return Number.isNaN(timeMs) || /^\d{4}-\d{2}-\d{2}$/.test(bound ?? "")
    ? toDisplayText(bound ?? "")
    : dateTime.format(timeMs);
}

/** Ranges that end now, by their hours. */
export const recentRanges: readonly (readonly [text: string, hours: number])[] = [
  ["Last hour", 1],
  ["Last 24 hours", 24],
  ["Last 7 days", 7 * 24],
  ["Last 30 days", 30 * 24],
  ["Last 12 months", 365 * 24],
];

/** Returns the filters of a range that ends now. */
export function toRecentRange(hours: number, nowMs: number): Pick<ActivityFilters, "since"> & { readonly until: null } {
  return { since: new Date(nowMs - hours * 3_600_000).toISOString(), until: null };
}
