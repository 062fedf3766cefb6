import { html, type TemplateResult } from "lit";
import { renderField } from "#clients/console/ui/field.ts";
import { fromLocalInput, parseTime, toLocalInput } from "#clients/console/ui/local-time.ts";
import { capitalize, toWords } from "#clients/timeline/format/display-text.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import type { ActivityFilters, FilterName } from "./activity-filters.ts";
import { type ChipName, chipLabels, recentRanges, toRecentRange } from "./filter-labels.ts";

/** A value that a filter may have, and its name. */
export type Suggestion = { readonly value: string; readonly label: string };

export type FilterEditor = {
  readonly chip: ChipName;
  readonly filters: ActivityFilters;
  readonly nowMs: number;
  readonly suggestions: readonly Suggestion[];
  apply(changes: Readonly<Partial<Record<FilterName, string | null>>>): void;
};

const hints: Readonly<Partial<Record<ChipName, string>>> = {
  action: "The whole action, such as INVOICE_SENT.",
  entity_id: "The ID that the accounting system gave it.",
  event_id: "With a document ID, or a time of at most 24 hours.",
};

const placeholders: Readonly<Partial<Record<ChipName, string>>> = {
  entity_id: "inv_8c3f1a9b",
  actor_user_id: "usr_…",
  action: "INVOICE_SENT",
  event_id: "evt_…",
};

/** Renders the form in which a filter is set. */
export function renderFilterEditor(editor: FilterEditor): TemplateResult {
  switch (editor.chip) {
    case "time":
      return renderTimeEditor(editor);
    case "entity_type":
      return renderTypeEditor(editor);
    default:
      return renderTextEditor(editor, editor.chip);
  }
}

function renderTextEditor({ filters, suggestions, apply, chip }: FilterEditor, name: FilterName): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const value = readForm(event).get("value");
    // Actions are in upper case.
    apply({ [name]: name === "action" ? value?.toUpperCase() : value });
  };
  const input = html`<input
    class="input"
    id="filter-value"
    name="value"
    list="filter-suggestions"
    autocomplete="off"
    autocapitalize="off"
    spellcheck="false"
    aria-describedby="filter-value-hint"
    placeholder=${placeholders[chip] ?? ""}
    .value=${filters[name] ?? ""}
  >`;
  return html`<form class="filter-editor" @submit=${submit}>
    ${renderField({ id: "filter-value", label: chipLabels[chip], hint: hints[chip] ?? "" }, input)}
    <datalist id="filter-suggestions">
      ${suggestions.map(({ value, label }) => html`<option value=${value}>${label}</option>`)}
    </datalist>
    <button type="submit" class="button primary">Apply</button>
  </form>`;
}

/** The types are buttons: one press sets the filter. */
function renderTypeEditor({ filters, apply }: FilterEditor): TemplateResult {
  return html`<div class="filter-editor filter-types" role="group" aria-label="Type">
    ${documentTypes.map(
      (type) => html`<button
        type="button"
        class="button plain"
        aria-pressed=${filters.entity_type === type}
        @click=${() => apply({ entity_type: type })}
      >${capitalize(toWords(type), "en")}</button>`,
    )}
  </div>`;
}

function renderTimeEditor({ filters, nowMs, apply }: FilterEditor): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = readForm(event);
    apply({ since: fromLocalInput(form.get("since") ?? ""), until: fromLocalInput(form.get("until") ?? "") });
  };
  return html`<form class="filter-editor" @submit=${submit}>
    <div class="filter-presets">
      ${recentRanges.map(
        ([text, hours]) =>
          html`<button type="button" class="button plain" @click=${() => apply(toRecentRange(hours, nowMs))}>${text}</button>`,
      )}
    </div>
    ${renderBound("since", "From", filters.since)} ${renderBound("until", "To", filters.until)}
    <button type="submit" class="button primary">Apply</button>
  </form>`;
}

function renderBound(name: "since" | "until", label: string, value: string | undefined): TemplateResult {
  const id = `filter-${name}`;
  const timeMs = parseTime(value ?? "");
  return renderField(
    { id, label },
    html`<input class="input" type="datetime-local" step="1" id=${id} name=${name} .value=${timeMs === null ? "" : toLocalInput(timeMs)} aria-describedby="${id}-hint">`,
  );
}

function readForm({ currentTarget }: Event): ReadonlyMap<string, string> {
  const form = currentTarget instanceof HTMLFormElement ? [...new FormData(currentTarget)] : [];
  return new Map(form.flatMap(([name, value]) => (typeof value === "string" ? [[name, value.trim()]] : [])));
}
