import { html, type TemplateResult } from "lit";
import { capitalize } from "#clients/timeline/format/display-text.ts";
import type { Messages } from "#clients/timeline/locales/messages.ts";
import { formatPlural } from "#clients/timeline/locales/resolve-messages.ts";
import { renderIcon } from "./icons.ts";

/** What a reader has chosen; empty texts choose all. */
export type TimelineFilters = { readonly type: string; readonly person: string; readonly days: string };

export const noFilters: TimelineFilters = { type: "", person: "", days: "" };

export type FiltersView = {
  readonly messages: Messages;
  readonly filters: TimelineFilters;
  /** The names of the people whose events were seen, by their ids; `null` if the timeline is of one user. */
  readonly people: ReadonlyMap<string, string> | null;
  /** Whether events of several types can be in the timeline. */
  readonly hasTypes: boolean;
  onChange(filters: TimelineFilters): void;
};

type Choice = readonly [value: string, text: string];

const periods = [1, 7, 30, 90];

/** Renders a select element for each filter. */
export function renderFilters({ messages, filters, people, hasTypes, onChange }: FiltersView): TemplateResult {
  const { language } = messages;
  const types = Object.entries(messages.entities).map(([type, noun]): Choice => [type, capitalize(noun, language)]);
  const days = periods.map((count): Choice => [String(count), formatPlural(messages.lastDays, count, language)]);
  const select = (name: keyof TimelineFilters, all: string, choices: readonly Choice[]) =>
    html`<span class="select"><select
      part="filter"
      aria-label=${all}
      class=${filters[name] === "" ? "" : "chosen"}
      .value=${filters[name]}
      @change=${({ target }: Event) =>
        target instanceof HTMLSelectElement && onChange({ ...filters, [name]: target.value })}
    >
      <option value="">${all}</option>
      ${choices.map(([value, text]) => html`<option value=${value} ?selected=${value === filters[name]}>${text}</option>`)}
    </select>${renderIcon("chevron")}</span>`;
  return html`<div part="filters" class="filters" role="group" aria-label=${messages.filters}>
    ${hasTypes ? select("type", messages.allTypes, sorted(types, language)) : ""}
    ${people === null ? "" : select("person", messages.allPeople, sorted([...people], language))}
    ${select("days", messages.anyTime, days)}
  </div>`;
}

function sorted(choices: readonly Choice[], language: string): readonly Choice[] {
  const { compare } = new Intl.Collator(language);
  return [...choices].sort(([, one], [, other]) => compare(one, other));
}
