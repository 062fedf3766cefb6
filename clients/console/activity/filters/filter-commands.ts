import type { Command } from "#clients/console/page/page-context.ts";
import { toWords } from "#clients/timeline/format/display-text.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { type ActivityFilters, withFilters } from "./activity-filters.ts";
import { type ChipName, chipLabels, chipNames, recentRanges, toRecentRange } from "./filter-labels.ts";

export type FilterCommandPorts = {
  readonly filters: ActivityFilters;
  readonly nowMs: number;
  apply(filters: ActivityFilters): void;
  edit(chip: ChipName): void;
  exportEvents(): void;
};

const group = "Filters";

/** Returns the commands that set filters. What looks like the id of an event or document is also one. */
export function listFilterCommands(
  text: string,
  { filters, nowMs, apply, edit, exportEvents }: FilterCommandPorts,
): readonly Command[] {
  const set = (title: string, changes: Parameters<typeof withFilters>[1]): Command => ({
    title,
    group,
    run: () => apply(withFilters(filters, changes)),
  });
  return [
    ...chipNames.map((chip) => ({
      title: `Filter by ${chipLabels[chip].toLowerCase()}…`,
      group,
      run: () => edit(chip),
    })),
    ...documentTypes.map((type) => set(`Only type ${toWords(type)}`, { entity_type: type })),
    ...recentRanges.map(([title, hours]) => set(title, toRecentRange(hours, nowMs))),
    ...(/^[A-Z]+(_[A-Z]+)+$/.test(text) ? [set(`Only action ${text}`, { action: text })] : []),
    ...(/^usr_\w+$/.test(text) ? [set(`Only user ${text}`, { actor_user_id: text })] : []),
    { title: "Clear all filters", group, run: () => apply({}) },
    { title: "Export events…", group: "Activity", run: exportEvents },
  ];
}
